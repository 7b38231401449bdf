"""OCPP 2.1 provisioning: a reset after which transactions go on."""

from protocol.blocks.provisioning.messages import Reset
from protocol.blocks.provisioning.v201 import decode_reset
from protocol.dialects.v201 import answer_writer, read_answer
from protocol.dialects.words import sent, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.wire import v21


def encode_reset(message: Reset) -> v21.ResetRequest:
    """Source: OCPP 2.1 B11, B12."""
    return v21.ResetRequest(type=spelled(message.kind), evse_id=sent(message.evse))


ROUTES = (
    Route(
        action="Reset",
        direction=Direction.FROM_CSMS,
        messages=(Reset,),
        reply=CommandReply,
        request=v21.ResetRequest,
        response=v21.ResetResponse,
        decode_request=decode_reset,
        encode_request=encode_reset,
        decode_response=read_answer,
        encode_response=answer_writer(v21.ResetResponse),
    ),
)
