"""gRPC: Codes and Templates. Who may call is in the contract; the runtime's server checks it."""

from datetime import timedelta
from typing import Any

from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc

from mpp_notifications.use_cases.check_template import check_template
from mpp_notifications.use_cases.send_code import SendCode

_LONGEST = timedelta(seconds=10)
_RESERVE = timedelta(milliseconds=200)
"""Kept back of the caller's deadline for the commit after the mail was handed over."""


class CodesServicer(notifications_pb2_grpc.CodesServicer):
    """One-time codes."""

    def __init__(self, send_code: SendCode) -> None:
        self._send_code = send_code

    async def Send(
        self, request: notifications_pb2.SendCodeRequest, context: Any
    ) -> notifications_pb2.SendCodeResponse:
        """Returns when the channel accepted the code."""
        remaining = context.time_remaining()
        within = _LONGEST if remaining is None else min(_LONGEST, timedelta(seconds=max(remaining, 0)) - _RESERVE)
        channel = await self._send_code(
            contact=request.contact,
            purpose=request.purpose,
            code=request.code,
            language=request.language,
            valid_minutes=request.valid_minutes,
            request_id=request.request_id,
            within=max(within, _RESERVE),
        )
        return notifications_pb2.SendCodeResponse(channel=channel)


class TemplatesServicer(notifications_pb2_grpc.TemplatesServicer):
    """Message templates."""

    async def Check(
        self, request: notifications_pb2.CheckTemplateRequest, context: Any
    ) -> notifications_pb2.CheckTemplateResponse:
        """What is wrong with a template; empty if it is good."""
        problems = check_template(
            event=request.event_type, language=request.language, subject=request.subject, body=request.body
        )
        return notifications_pb2.CheckTemplateResponse(
            problems=[
                notifications_pb2.TemplateProblem(where=problem.where, code=problem.code, message=problem.message)
                for problem in problems
            ]
        )
