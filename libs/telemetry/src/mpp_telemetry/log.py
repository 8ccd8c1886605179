"""One JSON line per event, with keys from a list: what is not on it is dropped, so personal data cannot slip in."""

import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import orjson
import structlog
from opentelemetry import context as otel_context
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk.resources import Resource

from mpp_telemetry.tracing import current_ids

ALLOWED = frozenset(
    """event level ts service logger module trace_id span_id trace_flags code status method route duration_ms error
    frames sqlstate id count pending attempt attempts delay key version subject stream consumer type reason port
    host pid signal package revision environment settings caller client_id application task agency mall region desk
    offering definition digest state action outcome lookup connector message delivery channel template document
    person officer check bytes size process target events retry_after seconds exit_code result source kind""".split()  # noqa: SIM905
)
# Control characters, bidirectional overrides and line separators could forge lines or repaint a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_MAX_TEXT = 500
_SEVERITY = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "critical": SeverityNumber.FATAL,
}
# A log record has fields of its own for these.
_NOT_ATTRIBUTES = frozenset({"event", "level", "ts", "service", "trace_id", "span_id", "trace_flags"})


def _neutral(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_neutral(v) for v in list(value)[:50]]
    if isinstance(value, dict):
        return {_neutral(str(k)): _neutral(v) for k, v in list(value.items())[:50]}
    return _CONTROL.sub("\ufffd", str(value))[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _filter(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = sorted(_neutral(key) for key in line if key not in ALLOWED)
    kept = {key: _neutral(value) for key, value in line.items() if key in ALLOWED}
    if dropped:
        kept["dropped"] = dropped
    return {**kept, **current_ids()}


class _Remote:
    """Where log records go beside standard output."""

    provider: Any = None


def send_to(address: str, resource: Resource) -> None:
    """Lines go to an OTLP/HTTP address as log records too, from a thread, in batches."""
    # Only where it is wanted: it costs 60 ms, and pulls in an HTTP client.
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    _Remote.provider = LoggerProvider(resource, shutdown_on_exit=False)
    _Remote.provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=address)))


def send_nowhere() -> None:
    """Sends what is still buffered, then no more."""
    if _Remote.provider:
        _Remote.provider.shutdown()
    _Remote.provider = None


def _send(_logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # What the exporter itself complains of stays here: it could not be sent either.
    if _Remote.provider and not str(line.get("logger", "")).startswith("opentelemetry"):
        severity = _SEVERITY.get(method, SeverityNumber.INFO)
        attributes = {key: value for key, value in line.items() if key not in _NOT_ATTRIBUTES and value is not None}
        record = LogRecord(
            timestamp=time.time_ns(),
            context=otel_context.get_current(),  # trace and span
            severity_number=severity,
            severity_text=severity.name,
            body=str(line.get("event", "")),
            attributes=attributes,
        )
        _Remote.provider.get_logger("mpp_telemetry").emit(record)
    return line


def describe(error: BaseException) -> dict[str, Any]:
    """An error for the log: its type and where it happened, never its text, which may quote somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    line: dict[str, Any] = {
        "error": type(error).__name__,
        "frames": [f"{f.filename.rpartition('site-packages/')[2]}:{f.lineno} {f.name}" for f in frames],
    }
    for cause in causes(error):
        if sqlstate := getattr(cause, "sqlstate", None):
            line["sqlstate"] = sqlstate
    return line


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, what caused that."""
    while error:
        yield error
        error = error.__cause__


class _Foreign(logging.Handler):
    """Lines of libraries: their constant template only, because the arguments may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        level = record.levelname.lower() if record.levelno >= logging.WARNING else "info"
        write: Callable[..., None] = getattr(structlog.get_logger(), level, structlog.get_logger().error)
        write(str(record.msg), logger=record.name, **(describe(error) if error else {}))


def configure(service: str, level: str = "INFO") -> None:
    """Sends everything, the lines of libraries (from warning up) included, to standard output as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            lambda _l, _m, line: {"service": service, **line},
            _filter,
            _send,
            structlog.processors.JSONRenderer(serializer=lambda line, **_: orjson.dumps(line).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(),  # the standard output of the moment a line is written
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)


def get_logger(name: str) -> Any:
    """A structlog logger: `log.info("draft made", application=id)`; the event is a constant, data goes in keys."""
    return structlog.get_logger(module=name)
