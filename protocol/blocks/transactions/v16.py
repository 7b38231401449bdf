"""OCPP 1.6 transactions: StartTransaction, StopTransaction."""

from collections.abc import Mapping

from msgspec import UNSET

from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart
from protocol.dialects.v16 import (
    read_evse,
    read_id_tag,
    read_id_tag_info,
    read_meter_values,
    write_id_tag,
    write_id_tag_info,
    write_transaction_data,
)
from protocol.dialects.words import given, read_timestamp, spelled
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 §7.36 against 2.0.1 §3 ReasonEnumType; the rest is spelled alike.
_STOPPED_REASON_OF: Mapping[str, str] = {
    "HardReset": "ImmediateReset",
    "SoftReset": "Reboot",
    "UnlockCommand": "Remote",
}
_REASON_OF: Mapping[str, str] = {
    "Reboot": "SoftReset",
    "ImmediateReset": "HardReset",
    "GroundFault": "Other",
    "EnergyLimitReached": "Other",
    "LocalOutOfCredit": "DeAuthorized",
    "MasterPass": "Local",
    "OvercurrentFault": "Other",
    "PowerQuality": "Other",
    "SOCLimitReached": "Local",
    "StoppedByEV": "EVDisconnected",
    "TimeLimitReached": "Other",
    "Timeout": "Other",
}


def decode_start_transaction(request: v16.StartTransactionRequest) -> TransactionStart:
    """A transaction beginning on one EVSE; its number is the CSMS's to choose.

    connectorId 0 names the station (§3.8): `evse` is None, and the handler decides.

    Source: OCPP 1.6 §4.8, §6.45.
    """
    evse = read_evse(request.connector_id)
    return TransactionStart(
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        wire_key=(
            "StartTransaction",
            str(request.connector_id),
            request.id_tag,
            request.timestamp,
            str(request.meter_start),
        ),
        evse=evse,
        connector=None if evse is None else 1,
        id_token=read_id_tag(request.id_tag),
        meter_wh=str(request.meter_start),
        reservation_id=given(request.reservation_id),
    )


def encode_start_transaction(message: TransactionStart) -> v16.StartTransactionRequest:
    """Raises NotExpressible without a token: 1.6 always says who (§6.45). Energy is rounded down to whole Wh."""
    if message.id_token is None:
        raise NotExpressible(OcppVersion.V16, "a transaction without an IdToken")
    return v16.StartTransactionRequest(
        connector_id=message.evse or 0,
        id_tag=write_id_tag(message.id_token),
        meter_start=_whole_wh(message.meter_wh),
        reservation_id=UNSET if message.reservation_id is None else message.reservation_id,
        timestamp=format_timestamp(message.occurred_at),
    )


def decode_start_reply(response: v16.StartTransactionResponse) -> TransactionReply:
    """The number that the CSMS chose, and its verdict."""
    return TransactionReply(
        transaction_id=TransactionId(str(response.transaction_id)),
        id_token_info=read_id_tag_info(response.id_tag_info),
    )


def encode_start_reply(reply: TransactionReply) -> v16.StartTransactionResponse:
    """Raises NotExpressible without a whole number: 1.6 knows no other transaction id (§6.46)."""
    if reply.transaction_id is None or not reply.transaction_id.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {reply.transaction_id!r}")
    info = reply.id_token_info or IdTokenInfo(status=AuthorizationStatus.ACCEPTED)
    return v16.StartTransactionResponse(id_tag_info=write_id_tag_info(info), transaction_id=int(reply.transaction_id))


def decode_stop_transaction(request: v16.StopTransactionRequest) -> TransactionEnd:
    """A transaction's end. Without a reason it is Local (§6.49).

    `meter_wh` is None where a rule forgave that no register was said: the schema asks for one.

    Source: OCPP 1.6 §4.10, §6.49.
    """
    id_tag, reason = given(request.id_tag), given(request.reason) or "Local"
    meter_stop: int | None = given(request.meter_stop)
    return TransactionEnd(
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        wire_key=("StopTransaction", str(request.transaction_id), request.timestamp, str(request.meter_stop)),
        transaction_id=TransactionId(str(request.transaction_id)),
        id_token=None if id_tag is None else read_id_tag(id_tag),
        meter_wh=None if meter_stop is None else str(meter_stop),
        meter_values=read_meter_values(given(request.transaction_data) or ()),
        stopped_reason=_STOPPED_REASON_OF.get(reason, reason),
    )


def encode_stop_transaction(message: TransactionEnd) -> v16.StopTransactionRequest:
    """Raises NotExpressible without a number for a transaction id. A reason that 1.6 lacks takes the nearest word."""
    if message.transaction_id is None or not message.transaction_id.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {message.transaction_id!r}")
    return v16.StopTransactionRequest(
        id_tag=UNSET if message.id_token is None else write_id_tag(message.id_token),
        meter_stop=_whole_wh(message.meter_wh),
        timestamp=format_timestamp(message.occurred_at),
        transaction_id=int(message.transaction_id),
        reason=spelled(_REASON_OF.get(message.stopped_reason, message.stopped_reason)),
        transaction_data=write_transaction_data(message.meter_values) or UNSET,
    )


def decode_stop_reply(response: v16.StopTransactionResponse) -> TransactionReply:
    """A verdict where the stop named a token."""
    info = given(response.id_tag_info)
    return TransactionReply(id_token_info=None if info is None else read_id_tag_info(info))


def encode_stop_reply(reply: TransactionReply) -> v16.StopTransactionResponse:
    """A verdict where the stop named a token."""
    info = reply.id_token_info
    return v16.StopTransactionResponse(id_tag_info=UNSET if info is None else write_id_tag_info(info))


def _whole_wh(meter_wh: str | None) -> int:
    return int((meter_wh or "0").split(".")[0])


ROUTES = (
    Route(
        action="StartTransaction",
        direction=Direction.FROM_STATION,
        messages=(TransactionStart,),
        reply=TransactionReply,
        request=v16.StartTransactionRequest,
        response=v16.StartTransactionResponse,
        decode_request=decode_start_transaction,
        encode_request=encode_start_transaction,
        decode_response=decode_start_reply,
        encode_response=encode_start_reply,
    ),
    Route(
        action="StopTransaction",
        direction=Direction.FROM_STATION,
        messages=(TransactionEnd,),
        reply=TransactionReply,
        request=v16.StopTransactionRequest,
        response=v16.StopTransactionResponse,
        decode_request=decode_stop_transaction,
        encode_request=encode_stop_transaction,
        decode_response=decode_stop_reply,
        encode_response=encode_stop_reply,
    ),
)
