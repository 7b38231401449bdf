"""OCPP 1.6 meter values: MeterValues."""

from msgspec import UNSET

from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply
from protocol.dialects.v16 import read_evse, read_meter_values, write_meter_values
from protocol.dialects.words import given
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.wire import v16


def decode_meter_values(request: v16.MeterValuesRequest) -> MeterValues:
    """Readings of one EVSE, or of the station's main meter (connectorId 0).

    Source: OCPP 1.6 §4.7, §6.31.
    """
    transaction = given(request.transaction_id)
    return MeterValues(
        meter_values=read_meter_values(request.meter_value),
        evse=read_evse(request.connector_id),
        transaction_id=None if transaction is None else TransactionId(str(transaction)),
    )


def encode_meter_values(message: MeterValues) -> v16.MeterValuesRequest:
    """Source: OCPP 1.6 §6.31."""
    return v16.MeterValuesRequest(
        connector_id=message.evse or 0,
        transaction_id=UNSET if message.transaction_id is None else int(message.transaction_id),
        meter_value=write_meter_values(message.meter_values),
    )


def decode_reply(_response: v16.MeterValuesResponse) -> MeterValuesReply:
    """Heard."""
    return MeterValuesReply()


def encode_reply(_reply: MeterValuesReply) -> v16.MeterValuesResponse:
    """Heard."""
    return v16.MeterValuesResponse()


ROUTES = (
    Route(
        action="MeterValues",
        direction=Direction.FROM_STATION,
        messages=(MeterValues,),
        reply=MeterValuesReply,
        request=v16.MeterValuesRequest,
        response=v16.MeterValuesResponse,
        decode_request=decode_meter_values,
        encode_request=encode_meter_values,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
)
