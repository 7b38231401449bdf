"""OCPP 1.6 data transfer: DataTransfer, both ways."""

from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply, DataTransferStatus
from protocol.dialects.words import given, sent, spelled
from protocol.domain.routes import Direction, Route
from protocol.wire import v16


def decode_data_transfer(request: v16.DataTransferRequest) -> DataTransfer:
    """Source: OCPP 1.6 §4.3, §6.15."""
    return DataTransfer(vendor=request.vendor_id, message_id=given(request.message_id), data=given(request.data))


def encode_data_transfer(message: DataTransfer) -> v16.DataTransferRequest:
    """Source: OCPP 1.6 §6.15."""
    return v16.DataTransferRequest(
        vendor_id=message.vendor, message_id=sent(message.message_id), data=sent(message.data)
    )


def decode_reply(response: v16.DataTransferResponse) -> DataTransferReply:
    """What the other side made of it."""
    return DataTransferReply(status=DataTransferStatus(response.status), data=given(response.data))


def encode_reply(reply: DataTransferReply) -> v16.DataTransferResponse:
    """What this side made of it."""
    return v16.DataTransferResponse(status=spelled(reply.status), data=sent(reply.data))


ROUTES = (
    Route(
        action="DataTransfer",
        direction=Direction.FROM_BOTH,
        messages=(DataTransfer,),
        reply=DataTransferReply,
        request=v16.DataTransferRequest,
        response=v16.DataTransferResponse,
        decode_request=decode_data_transfer,
        encode_request=encode_data_transfer,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
)
