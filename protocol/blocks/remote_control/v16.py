"""OCPP 1.6 remote control: RemoteStartTransaction, RemoteStopTransaction, TriggerMessage."""

from collections.abc import Mapping

from msgspec import UNSET

from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerKind, TriggerMessage
from protocol.dialects.v16 import read_evse, read_id_tag, write_id_tag
from protocol.dialects.words import given, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 §7.35; what 2.x calls log status is diagnostics status here.
_TRIGGERS: Mapping[TriggerKind, str] = {
    TriggerKind.BOOT_NOTIFICATION: "BootNotification",
    TriggerKind.HEARTBEAT: "Heartbeat",
    TriggerKind.METER_VALUES: "MeterValues",
    TriggerKind.STATUS_NOTIFICATION: "StatusNotification",
    TriggerKind.FIRMWARE_STATUS_NOTIFICATION: "FirmwareStatusNotification",
    TriggerKind.LOG_STATUS_NOTIFICATION: "DiagnosticsStatusNotification",
}
_KIND_OF = {word: kind for kind, word in _TRIGGERS.items()}


def decode_remote_start(request: v16.RemoteStartTransactionRequest) -> RequestStart:
    """1.6 has no remoteStartId: 0."""
    connector = given(request.connector_id)
    return RequestStart(
        id_token=read_id_tag(request.id_tag),
        remote_start_id=0,
        evse=None if connector is None else read_evse(connector),
    )


def encode_remote_start(message: RequestStart) -> v16.RemoteStartTransactionRequest:
    """The remote start id is lost; the token must be one that is met again (OCPP 1.6 §5.11)."""
    return v16.RemoteStartTransactionRequest(
        id_tag=write_id_tag(message.id_token), connector_id=UNSET if message.evse is None else message.evse
    )


def decode_remote_start_reply(response: v16.RemoteStartTransactionResponse) -> CommandReply:
    """Accepted or Rejected."""
    return CommandReply(status=response.status)


def encode_remote_start_reply(reply: CommandReply) -> v16.RemoteStartTransactionResponse:
    """Accepted or Rejected."""
    return v16.RemoteStartTransactionResponse(status=spelled(reply.status))


def decode_remote_stop(request: v16.RemoteStopTransactionRequest) -> RequestStop:
    """Source: OCPP 1.6 §5.12."""
    return RequestStop(transaction_id=TransactionId(str(request.transaction_id)))


def encode_remote_stop(message: RequestStop) -> v16.RemoteStopTransactionRequest:
    """Raises NotExpressible for a transaction id that is no whole number."""
    if not message.transaction_id.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {message.transaction_id!r}")
    return v16.RemoteStopTransactionRequest(transaction_id=int(message.transaction_id))


def decode_remote_stop_reply(response: v16.RemoteStopTransactionResponse) -> CommandReply:
    """Accepted or Rejected."""
    return CommandReply(status=response.status)


def encode_remote_stop_reply(reply: CommandReply) -> v16.RemoteStopTransactionResponse:
    """Accepted or Rejected."""
    return v16.RemoteStopTransactionResponse(status=spelled(reply.status))


def decode_trigger(request: v16.TriggerMessageRequest) -> TriggerMessage:
    """Source: OCPP 1.6 §5.17."""
    connector = given(request.connector_id)
    return TriggerMessage(
        requested=_KIND_OF[request.requested_message], evse=None if connector is None else read_evse(connector)
    )


def encode_trigger(message: TriggerMessage) -> v16.TriggerMessageRequest:
    """Raises NotExpressible for TransactionEvent, which 1.6 does not have."""
    word = _TRIGGERS.get(message.requested)
    if word is None:
        raise NotExpressible(OcppVersion.V16, f"a trigger of {message.requested}")
    return v16.TriggerMessageRequest(
        requested_message=spelled(word), connector_id=UNSET if message.evse is None else message.evse
    )


def decode_trigger_reply(response: v16.TriggerMessageResponse) -> CommandReply:
    """Accepted, Rejected or NotImplemented."""
    return CommandReply(status=response.status)


def encode_trigger_reply(reply: CommandReply) -> v16.TriggerMessageResponse:
    """Accepted, Rejected or NotImplemented."""
    return v16.TriggerMessageResponse(status=spelled(reply.status))


ROUTES = (
    Route(
        action="RemoteStartTransaction",
        direction=Direction.FROM_CSMS,
        messages=(RequestStart,),
        reply=CommandReply,
        request=v16.RemoteStartTransactionRequest,
        response=v16.RemoteStartTransactionResponse,
        decode_request=decode_remote_start,
        encode_request=encode_remote_start,
        decode_response=decode_remote_start_reply,
        encode_response=encode_remote_start_reply,
    ),
    Route(
        action="RemoteStopTransaction",
        direction=Direction.FROM_CSMS,
        messages=(RequestStop,),
        reply=CommandReply,
        request=v16.RemoteStopTransactionRequest,
        response=v16.RemoteStopTransactionResponse,
        decode_request=decode_remote_stop,
        encode_request=encode_remote_stop,
        decode_response=decode_remote_stop_reply,
        encode_response=encode_remote_stop_reply,
    ),
    Route(
        action="TriggerMessage",
        direction=Direction.FROM_CSMS,
        messages=(TriggerMessage,),
        reply=CommandReply,
        request=v16.TriggerMessageRequest,
        response=v16.TriggerMessageResponse,
        decode_request=decode_trigger,
        encode_request=encode_trigger,
        decode_response=decode_trigger_reply,
        encode_response=encode_trigger_reply,
    ),
)
