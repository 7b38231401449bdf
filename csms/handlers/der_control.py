"""Controls for the grid (OCPP 2.1 R02 to R04)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.der_control.events import DerAlarmReported, DerControlsReported, DerControlSwitched
from protocol.blocks.der_control.messages import DerAlarm, DerReport, DerSwitch
from protocol.domain.commands import Heard


async def on_alarm(message: DerAlarm, call: ReceivedCall, ports: Ports) -> Heard:
    """The alarm is in its stream."""
    alarm = DerAlarmReported(
        control=message.control, fault=message.fault, has_ended=message.has_ended, info=message.info
    )
    await ports.publisher.publish(call.state(alarm, occurred_at=message.occurred_at))
    return Heard()


async def on_switch(message: DerSwitch, call: ReceivedCall, ports: Ports) -> Heard:
    """Which control acts is in its stream."""
    switched = DerControlSwitched(control_id=message.control_id, is_on=message.is_on, superseded=message.superseded)
    await ports.publisher.publish(call.state(switched, occurred_at=message.occurred_at))
    return Heard()


async def on_report(message: DerReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The part is in its stream."""
    reported = DerControlsReported(request_id=message.request_id, controls=message.controls, is_last=message.is_last)
    await ports.publisher.publish(call.state(reported))
    return Heard()
