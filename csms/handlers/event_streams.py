"""Streams of values (OCPP 2.1 N11 to N13)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.event_streams.events import EventStreamClosed, EventStreamOpened, EventStreamReported
from protocol.blocks.event_streams.messages import CloseEventStream, EventStreamValues, OpenEventStream
from protocol.domain.commands import CommandReply, Heard


async def on_open(message: OpenEventStream, call: ReceivedCall, ports: Ports) -> CommandReply:
    """Accepted once it is known that the stream is open: what its values mean is said here alone."""
    await ports.publisher.publish(call.state(EventStreamOpened(stream=message.stream)))
    return CommandReply(status="Accepted")


async def on_close(message: CloseEventStream, call: ReceivedCall, ports: Ports) -> Heard:
    """That the stream is closed is in its own."""
    await ports.publisher.publish(call.state(EventStreamClosed(stream_id=message.stream_id)))
    return Heard()


async def on_values(message: EventStreamValues, call: ReceivedCall, ports: Ports) -> Heard:
    """The values are stored before the station's next message is dealt with: it hears nothing, but it is slowed."""
    reported = EventStreamReported(stream_id=message.stream_id, values=message.values, pending=message.pending)
    await ports.publisher.publish(call.state(reported))
    return Heard()
