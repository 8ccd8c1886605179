"""The trace of one application as a picture, for docs/trace.svg: `make trace-picture`.

A mall of its own plays one application's life. Each click of a person is a span, and all of them are given one trace
id, so that one picture holds the whole life: the click, REST, gRPC, the ledger's facts in JetStream, who heard them,
the agencies' connectors, and what their results set going. Pages that only wait (GET again and again) are left out.
Someone looks at the picture before it is committed.
"""

import argparse
import json
import secrets
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
from mpp_cli.demo.client import Visitor
from mpp_cli.demo.story import Mall, issue
from mpp_testing.malls import RunningMall, mall_that_runs, new_mall

PICTURE = Path(__file__).parents[2] / "docs" / "trace.svg"
# The steps worth drawing; signing in and checking the document afterwards are traces like any other.
DRAWN = {
    "draft, filled from the health-worker registry, with papers": "Siti fills in the form",
    "submit": "Siti hands it in",
    "licensing office: complete": "Rina: complete",
    "health office: recommend": "dr. Maya: recommend",
    "head of the licensing office: approve and sign": "Hendra: approve and sign",
}
COLOURS = {
    "people": "#37474f", "applications": "#1565c0", "catalog": "#2e7d32", "identity": "#6a1b9a",
    "notifications": "#ef6c00", "connector-sdmk": "#00838f", "connector-esign": "#ad1457",
}  # fmt: skip
ROW, LEFT, WIDTH, TOP = 15, 470, 1400, 80
FLUSH_SECONDS = 2.0


@dataclass
class Span:
    """A finished span, times in Unix nanoseconds."""

    id: str
    parent: str | None
    service: str
    name: str
    kind: str
    start: int
    end: int
    children: list["Span"] = field(default_factory=list)


@dataclass
class TracedMall(Mall):
    """A mall whose visitors belong to one trace; each step is a span under it."""

    trace: str = field(default_factory=lambda: secrets.token_hex(16))
    clicks: list[Span] = field(default_factory=list)
    current: str = ""

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        click = Span(secrets.token_hex(8), None, "people", DRAWN.get(what, ""), "client", time.time_ns(), 0)
        self.current = click.id
        with super().step(what) as notes:
            yield notes
        click.end = time.time_ns()
        if click.name:
            self.clicks.append(click)

    def mark(self, request: httpx.Request) -> None:
        """Puts the step's span into the request."""
        if self.current:
            request.headers["traceparent"] = f"00-{self.trace}-{self.current}-01"


def play(mall: RunningMall) -> list[Span]:
    """The clicks, each with the tree of what followed from it."""
    traced = TracedMall(mall.url, lambda *_: None, _nothing, _nothing, mall.folder / "demo")
    Visitor.before_requests.append(traced.mark)
    try:
        issue(traced)
    finally:
        Visitor.before_requests.remove(traced.mark)
    time.sleep(FLUSH_SECONDS)
    spans = list(read(mall.folder / "traces", traced.trace))
    known = {span.id: span for span in (*traced.clicks, *spans)}
    for span in spans:
        if span.parent in known:
            known[span.parent].children.append(span)
    return [prune(click) for click in traced.clicks]


def read(folder: Path, trace: str) -> Iterator[Span]:
    """Every span of the trace that any process wrote."""
    for file in folder.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            one = json.loads(line)
            if one["trace_id"] == trace:
                yield Span(
                    one["span_id"], one["parent_id"], one["service"], one["name"], one["kind"], one["start"], one["end"]
                )


def prune(span: Span) -> Span:
    """Without what only looked, in order of time."""
    wanted = [child for child in span.children if not child.name.startswith("GET ")]
    span.children = sorted((prune(child) for child in wanted), key=lambda child: child.start)
    return span


def rows(span: Span, depth: int = 0) -> Iterator[tuple[Span, int]]:
    yield span, depth
    for child in span.children:
        yield from rows(child, depth + 1)


def last(span: Span) -> int:
    return max([span.end, *(last(child) for child in span.children)])


def draw(clicks: list[Span]) -> str:
    """An SVG waterfall. Each click has a time axis of its own: between clicks people think."""
    drawn: list[str] = []
    y = TOP
    for click in clicks:
        start, end = click.start, last(click)
        # A click waits for its answer; what the person did not wait for goes on below it.
        scale = (WIDTH - LEFT - 70) / (end - start)
        drawn.append(f'<line x1="8" x2="{WIDTH - 8}" y1="{y}" y2="{y}" stroke="#cfd8dc"/>')
        y += 4
        for span, depth in rows(click):
            x = LEFT + (span.start - start) * scale
            width = max((span.end - span.start) * scale, 1.5)
            colour = COLOURS.get(span.service, "#455a64")
            weight = ' font-weight="bold"' if depth == 0 else ""
            place = 10 + depth * 12
            drawn.append(
                f'<text x="{place}" y="{y + 11}"{weight}><tspan fill="{colour}">{escape(span.service)}</tspan> '
                f"{escape(shown(span))}</text>"
                f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="{ROW - 5}" rx="2" fill="{colour}"/>'
                f'<text x="{min(x + width + 4, WIDTH - 58):.1f}" y="{y + 11}" fill="#546e7a">{took(span)}</text>'
            )
            y += ROW
        y += 6
    legend = "".join(
        f'<rect x="{10 + 170 * n}" y="40" width="10" height="10" fill="{colour}"/>'
        f'<text x="{25 + 170 * n}" y="49">{name}</text>'
        for n, (name, colour) in enumerate(COLOURS.items())
    )
    title = "One trace: a nurse's application, from her click through REST, gRPC, ledger, JetStream and connectors"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" '
        f'font-family="sans-serif" font-size="10.5"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="white"/><text x="10" y="24" font-size="16">{title}</text>'
        f'{legend}<text x="10" y="66" fill="#546e7a">"hears": a fact of the ledger, delivered by JetStream. '
        f"Each click has its own time axis; what nobody waited for stands right of the click's end.</text>"
        + "\n".join(drawn)
        + "</svg>\n"
    )


def shown(span: Span) -> str:
    """A name that fits: without what every route has in common."""
    name = span.name.replace("/api/applications/v1", "").replace("mpp.applications.v1.", "")
    name = name.replace("process ", "hears ").replace("{application_id}", "{id}")
    return name if len(name) < 62 else name[:60] + "…"


def took(span: Span) -> str:
    milliseconds = (span.end - span.start) / 1e6
    return f"{milliseconds:.1f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def kinds(clicks: list[Span]) -> dict[str, set[str]]:
    """Which kinds of spans each service has in the picture."""
    found: dict[str, set[str]] = defaultdict(set)
    for click in clicks:
        for span, _ in rows(click):
            found[span.service].add(span.kind)
    return found


def _nothing(_: Any) -> None:
    raise AssertionError("this story stops no process")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.trace_picture", description=__doc__)
    parser.add_argument("--mall", type=Path, help="the data folder of a mall that runs; else one is started")
    parser.add_argument("--file", type=Path, default=PICTURE, help="where the picture goes (default: docs/trace.svg)")
    given = parser.parse_args()
    if given.mall:
        clicks = play(mall_that_runs(given.mall))
    else:
        scratch = Path(tempfile.mkdtemp(prefix="mpp-trace-"))
        scratch.chmod(0o755)
        print("Starting a mall ...", flush=True)
        with new_mall(scratch / "data") as mall:
            clicks = play(mall)
    missing = {"applications", "notifications", "connector-sdmk", "connector-esign"} - set(kinds(clicks))
    if missing:
        raise SystemExit(f"the trace does not reach {sorted(missing)}: nothing was drawn")
    given.file.write_text(draw(clicks), encoding="utf-8")
    count = sum(1 for click in clicks for _ in rows(click))
    print(f"{count} spans of {len(kinds(clicks)) - 1} processes: {given.file}")


if __name__ == "__main__":
    main()
