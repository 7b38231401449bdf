"""Questions to the back office over the bus."""

from typing import TypeVar

import msgspec

from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from csms.tracing import current_traceparent

AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)

_ERROR_HEADER = "Chargeyard-Error"
_TRACE_HEADER = "traceparent"


async def ask(
    bus: NatsBus, subject: str, question: msgspec.Struct, answer: type[AnswerT], *, timeout_s: float
) -> AnswerT:
    """The answer of any instance of the service. Raises BusUnavailable where none comes, or none that can be read.

    The question belongs to the trace of the call that is being answered, where that is sampled.
    """
    traceparent = current_traceparent()
    headers = {_TRACE_HEADER: traceparent} if traceparent else None
    reply = await bus.request(subject, msgspec.json.encode(question), timeout_s=timeout_s, headers=headers)
    if reply.headers and _ERROR_HEADER in reply.headers:
        raise BusUnavailable(subject, reply.data.decode(errors="replace"))
    try:
        return msgspec.json.decode(reply.data, type=answer)
    except msgspec.DecodeError as error:
        raise BusUnavailable(subject, f"not understood: {error}") from error
