"""OCPP 1.6 remote control: RemoteStartTransaction, RemoteStopTransaction, the two triggers, UnlockConnector."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from protocol.blocks.remote_control.messages import (
    ExtendedTriggerMessage,
    RequestStart,
    RequestStop,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_evse, read_id_tag, write_id_tag
from protocol.dialects.v16_charging import read_profile, write_profile
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    sent,
)
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

# OCPP 1.6 Security whitepaper §6: the log status is its own here, and the station's certificate can be asked for.
_EXTENDED_TRIGGERS: Mapping[TriggerKind, str] = {
    **_TRIGGERS,
    TriggerKind.LOG_STATUS_NOTIFICATION: "LogStatusNotification",
    TriggerKind.SIGN_STATION_CERTIFICATE: "SignChargePointCertificate",
}
_EXTENDED_KIND_OF = {word: kind for kind, word in _EXTENDED_TRIGGERS.items()}


def decode_remote_start(request: v16.RemoteStartTransactionRequest) -> RequestStart:
    """1.6 has no remoteStartId: 0."""
    connector, profile = (
        read_optional_number(request.connector_id, "$.connectorId", bits=32),
        given(request.charging_profile),
    )
    return RequestStart(
        id_token=read_id_tag(request.id_tag),
        remote_start_id=0,
        evse=None if connector is None else read_evse(connector),
        charging_profile=None if profile is None else read_profile(profile),
    )


def encode_remote_start(message: RequestStart) -> v16.RemoteStartTransactionRequest:
    """The remote start id is lost; the token must be one that is met again (OCPP 1.6 §5.11).

    Raises NotExpressible for a group, which 1.6 learns with the answer to the start.
    """
    if message.group is not None:
        raise NotExpressible(OcppVersion.V16, "a group in a remote start")
    profile = message.charging_profile
    return v16.RemoteStartTransactionRequest(
        id_tag=write_id_tag(message.id_token),
        connector_id=sent(message.evse),
        charging_profile=UNSET if profile is None else write_profile(profile),
    )


def decode_remote_stop(request: v16.RemoteStopTransactionRequest) -> RequestStop:
    """Source: OCPP 1.6 §5.12."""
    return RequestStop(transaction_id=TransactionId(str(request.transaction_id)))


def encode_remote_stop(message: RequestStop) -> v16.RemoteStopTransactionRequest:
    """Raises NotExpressible for a transaction id that is no whole number."""
    if not message.transaction_id.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {message.transaction_id!r}")
    return v16.RemoteStopTransactionRequest(transaction_id=int(message.transaction_id))


def decode_trigger(request: v16.TriggerMessageRequest) -> TriggerMessage:
    """Source: OCPP 1.6 §5.17."""
    connector = read_optional_number(request.connector_id, "$.connectorId", bits=32)
    return TriggerMessage(
        requested=_KIND_OF[request.requested_message], evse=None if connector is None else read_evse(connector)
    )


def encode_trigger(message: TriggerMessage) -> v16.TriggerMessageRequest:
    """Raises NotExpressible for what this action has no word for."""
    return v16.TriggerMessageRequest(requested_message=_write_kind(message, _TRIGGERS), connector_id=sent(message.evse))


def decode_extended_trigger(request: v16.ExtendedTriggerMessageRequest) -> ExtendedTriggerMessage:
    """Source: OCPP 1.6 Security whitepaper F06."""
    connector = read_optional_number(request.connector_id, "$.connectorId", bits=32)
    return ExtendedTriggerMessage(
        requested=_EXTENDED_KIND_OF[request.requested_message],
        evse=None if connector is None else read_evse(connector),
    )


def encode_extended_trigger(message: ExtendedTriggerMessage) -> v16.ExtendedTriggerMessageRequest:
    """Raises NotExpressible for what 1.6 does not have, as TransactionEvent."""
    return v16.ExtendedTriggerMessageRequest(
        requested_message=_write_kind(message, _EXTENDED_TRIGGERS), connector_id=sent(message.evse)
    )


def decode_unlock(request: v16.UnlockConnectorRequest) -> UnlockConnector:
    """Source: OCPP 1.6 §5.18, §6.53."""
    return UnlockConnector(evse=read_number(request.connector_id, "$.connectorId", bits=32))


def encode_unlock(message: UnlockConnector) -> v16.UnlockConnectorRequest:
    """Raises NotExpressible for a second connector, which 1.6 calls by a number of its own (§3.8)."""
    if message.connector != 1:
        raise NotExpressible(OcppVersion.V16, f"connector {message.connector} of an EVSE")
    return v16.UnlockConnectorRequest(connector_id=message.evse)


def _write_kind(message: TriggerMessage, words: Mapping[TriggerKind, str]) -> Any:  # Any: a Literal of the wire
    if message.connector not in (None, 1):
        raise NotExpressible(OcppVersion.V16, f"connector {message.connector} of an EVSE")
    word = words.get(message.requested)
    if word is None:
        raise NotExpressible(OcppVersion.V16, f"a trigger of {message.requested}")
    return word


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
        decode_response=read_status,
        encode_response=status_writer(v16.RemoteStartTransactionResponse),
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
        decode_response=read_status,
        encode_response=status_writer(v16.RemoteStopTransactionResponse),
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
        decode_response=read_status,
        encode_response=status_writer(v16.TriggerMessageResponse),
    ),
    Route(
        action="ExtendedTriggerMessage",
        direction=Direction.FROM_CSMS,
        messages=(ExtendedTriggerMessage,),
        reply=CommandReply,
        request=v16.ExtendedTriggerMessageRequest,
        response=v16.ExtendedTriggerMessageResponse,
        decode_request=decode_extended_trigger,
        encode_request=encode_extended_trigger,
        decode_response=read_status,
        encode_response=status_writer(v16.ExtendedTriggerMessageResponse),
    ),
    Route(
        action="UnlockConnector",
        direction=Direction.FROM_CSMS,
        messages=(UnlockConnector,),
        reply=CommandReply,
        request=v16.UnlockConnectorRequest,
        response=v16.UnlockConnectorResponse,
        decode_request=decode_unlock,
        encode_request=encode_unlock,
        decode_response=read_status,
        encode_response=status_writer(v16.UnlockConnectorResponse, nearest={"UnknownConnector": "NotSupported"}),
    ),
)
