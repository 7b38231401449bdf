"""OCPP 2.0.1 data transfer: DataTransfer, both ways, with any JSON for data."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply, DataTransferStatus
from protocol.dialects.words import given, sent, spelled
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_data_transfer(request: v201.DataTransferRequest) -> DataTransfer:
    """Source: OCPP 2.0.1 P01, P02."""
    data, is_json = _read_data(request.data)
    return DataTransfer(vendor=request.vendor_id, message_id=given(request.message_id), data=data, is_json=is_json)


def encode_data_transfer(message: DataTransfer) -> v201.DataTransferRequest:
    """Source: OCPP 2.0.1 P01, P02."""
    return v201.DataTransferRequest(
        message_id=sent(message.message_id),
        data=_write_data(message.data, is_json=message.is_json),
        vendor_id=message.vendor,
    )


def decode_reply(response: v201.DataTransferResponse) -> DataTransferReply:
    """What the other side made of it."""
    data, is_json = _read_data(response.data)
    return DataTransferReply(status=DataTransferStatus(response.status), data=data, is_json=is_json)


def encode_reply(reply: DataTransferReply) -> v201.DataTransferResponse:
    """What this side made of it."""
    return v201.DataTransferResponse(status=spelled(reply.status), data=_write_data(reply.data, is_json=reply.is_json))


def _read_data(data: Raw | UnsetType) -> tuple[str | None, bool]:
    """The text of a string, else the JSON text as it came; and which of them it is."""
    if isinstance(data, UnsetType):
        return None, False
    text = bytes(data).decode(errors="replace")
    return (msgspec.json.decode(text), False) if text.startswith('"') else (text, True)


def _write_data(data: str | None, *, is_json: bool) -> Raw | UnsetType:
    if data is None:
        return UNSET
    return Raw(data.encode() if is_json else msgspec.json.encode(data))


ROUTES = (
    Route(
        action="DataTransfer",
        direction=Direction.FROM_BOTH,
        messages=(DataTransfer,),
        reply=DataTransferReply,
        request=v201.DataTransferRequest,
        response=v201.DataTransferResponse,
        decode_request=decode_data_transfer,
        encode_request=encode_data_transfer,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
)
