"""OCPP 2.0.1 meter values: MeterValues, for readings outside transactions (J01)."""

from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply
from protocol.dialects.v201 import read_meter_values, write_meter_values
from protocol.dialects.words import read_number
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_meter_values(request: v201.MeterValuesRequest) -> MeterValues:
    """Readings of one EVSE; evseId 0 is the main meter."""
    return MeterValues(
        meter_values=read_meter_values(request.meter_value),
        evse=read_number(request.evse_id, "$.evseId", bits=32) or None,
    )


def encode_meter_values(message: MeterValues) -> v201.MeterValuesRequest:
    """The transaction is not said: in 2.x its readings travel in TransactionEvent (J02)."""
    return v201.MeterValuesRequest(evse_id=message.evse or 0, meter_value=write_meter_values(message.meter_values))


def decode_reply(_response: v201.MeterValuesResponse) -> MeterValuesReply:
    """Heard."""
    return MeterValuesReply()


def encode_reply(_reply: MeterValuesReply) -> v201.MeterValuesResponse:
    """Heard."""
    return v201.MeterValuesResponse()


ROUTES = (
    Route(
        action="MeterValues",
        direction=Direction.FROM_STATION,
        messages=(MeterValues,),
        reply=MeterValuesReply,
        request=v201.MeterValuesRequest,
        response=v201.MeterValuesResponse,
        decode_request=decode_meter_values,
        encode_request=encode_meter_values,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
)
