"""An event of the message log, as the frames that it holds."""

from collections.abc import Iterator
from datetime import timedelta

from backoffice.telemetry.domain import Frame
from protocol.bus.envelope import RawEnvelope
from protocol.bus.frames import FrameDirection, FramesLogged, LoggedFrame
from protocol.domain.identifiers import StationId


def frames_of(envelope: RawEnvelope, event: FramesLogged) -> Iterator[Frame]:
    """The frames of one event, answers of ours as frames of their own."""
    for number, frame in enumerate(event.frames):
        text = frame.text or bytes(frame.frame).decode()
        yield _frame(envelope, frame, f"{envelope.id}.{number:04d}", text)
        reply = bytes(frame.reply).decode()
        if reply != "null":
            yield _frame(envelope, frame, f"{envelope.id}.{number:04d}r", reply, is_reply=True)


def _frame(envelope: RawEnvelope, frame: LoggedFrame, frame_id: str, text: str, *, is_reply: bool = False) -> Frame:
    return Frame(
        tenant_id=envelope.tenant,
        station_id=StationId(envelope.subject),
        at=frame.at + timedelta(microseconds=frame.replied_after_us) if is_reply else frame.at,
        frame_id=frame_id,
        direction=FrameDirection.OUT.value if is_reply else frame.direction.value,
        action=frame.action,
        message_id=frame.message_id,
        verdict=frame.verdict,
        deviations=frame.deviations,
        text=text,
        is_truncated=frame.is_truncated and not is_reply,
    )
