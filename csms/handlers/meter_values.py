"""Readings (OCPP 2.0.1 J01; OCPP 1.6 §4.7)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply
from protocol.ocppj.repairs import Deviation

_REPLY = MeterValuesReply()


async def on_meter_values(message: MeterValues, call: ReceivedCall, ports: Ports) -> MeterValuesReply:
    """The readings are in their stream before the station is answered, also those of a transaction that has ended."""
    if message.transaction_id is not None and call.station.transactions.has_ended(message.transaction_id):
        call.deviations.append(Deviation("meter_values_after_stop", message.transaction_id[:40]))
    reported = MeterValuesReported(
        meter_values=message.meter_values, evse=message.evse, transaction_id=message.transaction_id
    )
    await ports.publisher.publish(call.state(reported))
    return _REPLY
