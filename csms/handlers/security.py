"""What a station noticed about its own safety (OCPP 2.0.1 A04; OCPP 1.6 Security whitepaper §4)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.security.events import SecurityEventReported
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.domain.commands import Heard


async def on_security_event(message: SecurityEventNotification, call: ReceivedCall, ports: Ports) -> Heard:
    """What happened is in its stream before the station forgets it."""
    reported = SecurityEventReported(kind=message.kind, info=message.info)
    await ports.publisher.publish(call.state(reported, occurred_at=message.occurred_at))
    return Heard()
