"""Readings (OCPP 2.0.1 J01; OCPP 1.6 §4.7)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply

_REPLY = MeterValuesReply()


async def on_meter_values(message: MeterValues, call: ReceivedCall, ports: Ports) -> MeterValuesReply:
    """The readings are in their stream before the station is answered."""
    reported = MeterValuesReported(
        meter_values=message.meter_values, evse=message.evse, transaction_id=message.transaction_id
    )
    await ports.publisher.publish(call.state(reported))
    return _REPLY
