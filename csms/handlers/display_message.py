"""What a station shows its drivers (OCPP 2.0.1 O03, O04)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.display_message.events import DisplayMessagesReported
from protocol.blocks.display_message.messages import NotifyDisplayMessages
from protocol.domain.commands import Heard


async def on_display_messages(message: NotifyDisplayMessages, call: ReceivedCall, ports: Ports) -> Heard:
    """The part is in its stream."""
    reported = DisplayMessagesReported(
        request_id=message.request_id, is_last=message.is_last, messages=message.messages
    )
    await ports.publisher.publish(call.state(reported))
    return Heard()
