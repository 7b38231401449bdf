"""Batteries in and out (OCPP 2.1 S01 to S04)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.battery_swap.events import BatterySwapReported
from protocol.blocks.battery_swap.messages import BatterySwap
from protocol.domain.commands import Heard
from protocol.domain.identifiers import refer_to


async def on_swap(message: BatterySwap, call: ReceivedCall, ports: Ports) -> Heard:
    """The step is in its stream; the token travels as its reference."""
    reported = BatterySwapReported(
        step=message.step,
        request_id=message.request_id,
        token=refer_to(message.id_token, ports.token_key_of(call.station.key.tenant)),
        batteries=message.batteries,
    )
    await ports.publisher.publish(call.state(reported))
    return Heard()
