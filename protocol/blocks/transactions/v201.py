"""OCPP 2.0.1 transactions: TransactionEvent, one action for three messages; GetTransactionStatus."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import UNSET, structs

from protocol.blocks.transactions.messages import (
    GetTransactionStatus,
    TransactionEnd,
    TransactionEvent,
    TransactionReply,
    TransactionStart,
    TransactionStatusReply,
    TransactionUpdate,
)
from protocol.dialects.v201 import (
    read_evse,
    read_id_token,
    read_id_token_info,
    read_meter_values,
    write_id_token,
    write_id_token_info,
    write_meter_values,
)
from protocol.dialects.words import given, read_timestamp, sent, spelled
from protocol.domain.identifiers import TransactionId
from protocol.domain.metering import MeterValue, ReadingContext, import_register_wh
from protocol.domain.routes import Direction, Route
from protocol.domain.status import ChargingState
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_MESSAGE_OF: Mapping[str, type[TransactionEvent]] = {
    "Started": TransactionStart,
    "Updated": TransactionUpdate,
    "Ended": TransactionEnd,
}
_EVENT_TYPE_OF = {message: event_type for event_type, message in _MESSAGE_OF.items()}
_DECIDING_CONTEXT = {
    "Started": ReadingContext.TRANSACTION_BEGIN,
    "Ended": ReadingContext.TRANSACTION_END,
}
_CHARGING_STATES = {str(state): state for state in ChargingState}


def decode_transaction_event(request: v201.TransactionEventRequest) -> TransactionEvent:
    """A start, an update or an end. `meter_wh` is the register that decides a bill, where there is one.

    Source: OCPP 2.0.1 E01 to E15.
    """
    info, evse, token = request.transaction_info, request.evse, request.id_token
    values = () if request.meter_value is UNSET else read_meter_values(request.meter_value)
    number, connector = read_evse(evse)
    message = _MESSAGE_OF[request.event_type](
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        wire_key=(
            "TransactionEvent",
            info.transaction_id,
            request.event_type,
            str(request.seq_no),
            request.timestamp,
            request.trigger_reason,
        ),
        transaction_id=TransactionId(info.transaction_id),
        evse=number,
        connector=connector,
        id_token=None if token is UNSET else read_id_token(token),
        meter_wh=_deciding_register_wh(request.event_type, values),
        meter_values=values,
        charging_state=None if info.charging_state is UNSET else _CHARGING_STATES[info.charging_state],
        trigger=request.trigger_reason,
        seq_no=request.seq_no,
        is_offline=request.offline is True,
        remote_start_id=None if info.remote_start_id is UNSET else info.remote_start_id,
        reservation_id=None if request.reservation_id is UNSET else request.reservation_id,
    )
    if isinstance(message, TransactionUpdate):
        begin_wh = _register_of(ReadingContext.TRANSACTION_BEGIN, values)
        return message if begin_wh is None else structs.replace(message, begin_wh=begin_wh)
    if isinstance(message, TransactionEnd):
        stopped_reason = given(info.stopped_reason) or "Local"
        return structs.replace(message, stopped_reason=stopped_reason, hears_cost=not message.is_offline)
    return message


def encode_transaction_event(message: TransactionEvent) -> v201.TransactionEventRequest:
    """Raises NotExpressible without a transaction id, a seqNo or a trigger: 2.x always says them (E01)."""
    if message.transaction_id is None or message.seq_no is None or not message.trigger:
        raise NotExpressible(OcppVersion.V201, "a transaction event without its id, seqNo or trigger")
    return v201.TransactionEventRequest(
        event_type=spelled(_EVENT_TYPE_OF[type(message)]),
        meter_value=write_meter_values(message.meter_values) or UNSET,
        timestamp=format_timestamp(message.occurred_at),
        trigger_reason=spelled(message.trigger),
        seq_no=message.seq_no,
        offline=message.is_offline or UNSET,
        reservation_id=UNSET if message.reservation_id is None else message.reservation_id,
        transaction_info=_write_transaction(message, message.transaction_id),
        evse=UNSET if message.evse is None else _write_evse(message.evse, message.connector),
        id_token=UNSET if message.id_token is None else write_id_token(message.id_token),
    )


def decode_reply(response: v201.TransactionEventResponse) -> TransactionReply:
    """A verdict where the event named a token, and at the end what it cost."""
    info, cost = given(response.id_token_info), given(response.total_cost)
    return TransactionReply(
        id_token_info=None if info is None else read_id_token_info(info),
        total_cost=None if cost is None else Decimal(repr(cost)),
    )


def encode_reply(reply: TransactionReply) -> v201.TransactionEventResponse:
    """A verdict where the event named a token; the station chose the transaction id.

    A JSON number has no cents of its own: this is where the exact amount ends.
    """
    info, cost = reply.id_token_info, reply.total_cost
    return v201.TransactionEventResponse(
        total_cost=UNSET if cost is None else float(cost),
        id_token_info=UNSET if info is None else write_id_token_info(info),
    )


def decode_get_status(request: v201.GetTransactionStatusRequest) -> GetTransactionStatus:
    """Source: OCPP 2.0.1 E14."""
    transaction = given(request.transaction_id)
    return GetTransactionStatus(None if transaction is None else TransactionId(transaction))


def encode_get_status(message: GetTransactionStatus) -> v201.GetTransactionStatusRequest:
    """Source: OCPP 2.0.1 E14."""
    return v201.GetTransactionStatusRequest(transaction_id=sent(message.transaction_id))


def decode_status(response: v201.GetTransactionStatusResponse) -> TransactionStatusReply:
    """Source: OCPP 2.0.1 E14."""
    return TransactionStatusReply(response.messages_in_queue, is_ongoing=given(response.ongoing_indicator))


def encode_status(reply: TransactionStatusReply) -> v201.GetTransactionStatusResponse:
    """Source: OCPP 2.0.1 E14."""
    return v201.GetTransactionStatusResponse(
        ongoing_indicator=sent(reply.is_ongoing), messages_in_queue=reply.has_messages
    )


def _deciding_register_wh(event_type: str, meter_values: tuple[MeterValue, ...]) -> str | None:
    """The register with the context that belongs to a start or an end; else the last register that was said."""
    context = _DECIDING_CONTEXT.get(event_type)
    decides = None if context is None else _register_of(context, meter_values)
    if decides is not None:
        return decides
    for meter_value in reversed(meter_values):
        register_wh = import_register_wh(meter_value)
        if register_wh is not None:
            return register_wh
    return None


def _register_of(context: ReadingContext, meter_values: tuple[MeterValue, ...]) -> str | None:
    for meter_value in meter_values:
        for reading in meter_value.readings:
            if reading.context == context:
                register_wh = import_register_wh(meter_value)
                if register_wh is not None:
                    return register_wh
                break
    return None


def _write_transaction(message: TransactionEvent, transaction_id: TransactionId) -> v201.Transaction:
    reason = message.stopped_reason if isinstance(message, TransactionEnd) else None
    return v201.Transaction(
        transaction_id=transaction_id,
        charging_state=UNSET if message.charging_state is None else spelled(message.charging_state),
        stopped_reason=UNSET if reason is None else spelled(reason),
        remote_start_id=UNSET if message.remote_start_id is None else message.remote_start_id,
    )


def _write_evse(evse: int, connector: int | None) -> v201.EVSE:
    return v201.EVSE(id=evse, connector_id=UNSET if connector is None else connector)


ROUTES = (
    Route(
        action="TransactionEvent",
        direction=Direction.FROM_STATION,
        messages=(TransactionStart, TransactionUpdate, TransactionEnd),
        reply=TransactionReply,
        request=v201.TransactionEventRequest,
        response=v201.TransactionEventResponse,
        decode_request=decode_transaction_event,
        encode_request=encode_transaction_event,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
    Route(
        action="GetTransactionStatus",
        direction=Direction.FROM_CSMS,
        messages=(GetTransactionStatus,),
        reply=TransactionStatusReply,
        request=v201.GetTransactionStatusRequest,
        response=v201.GetTransactionStatusResponse,
        decode_request=decode_get_status,
        encode_request=encode_get_status,
        decode_response=decode_status,
        encode_response=encode_status,
    ),
)
