"""The message log's events: frames as they went over a socket, secrets masked."""

from datetime import datetime
from enum import StrEnum

import msgspec

NO_FRAME = msgspec.Raw(b"null")


class FrameDirection(StrEnum):
    """Seen from the CSMS."""

    IN = "in"
    OUT = "out"


class LoggedFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One frame, or a frame of the station and our answer to it, for most frames are such pairs.

    `frame` is its JSON; `text` stands instead where it is no JSON, or was cut (`is_truncated`). `reply` is the JSON of
    our answer, sent `replied_after_us` microseconds later; `null` where there is none.

    `verdict` is what became of the exchange that it belongs to: answered, repaired, repeated, unreadable, unsolicited,
    unanswered, sent, or a CALLERROR's code. `deviations` are the rules that were needed.
    """

    at: datetime
    direction: FrameDirection
    verdict: str
    action: str = ""
    message_id: str = ""
    frame: msgspec.Raw = NO_FRAME
    text: str = ""
    deviations: tuple[str, ...] = ()
    is_truncated: bool = False
    reply: msgspec.Raw = NO_FRAME
    replied_after_us: int = 0


class FramesLogged(msgspec.Struct, frozen=True):
    """Frames of one station, in the order in which they were dealt with."""

    frames: tuple[LoggedFrame, ...]
