"""The message log: every frame of this node, on its way to FRAMES, beside the work and never on its path.

Invariants:
1. To note a frame is to append to a ring: it never waits, never raises and reads nothing again.
2. The ring has a bound in entries and in bytes. When it is full the oldest entry goes, and is counted.
3. Secrets are masked before anything leaves the process (`protocol/bus/masking.py`).
4. One task empties the ring, a millisecond a turn of the loop; what NATS cannot take now is dropped and counted.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from time import perf_counter, time
from typing import Literal

import msgspec
import structlog

from csms.ports import EventPublisher
from csms.station import Station
from csms.telemetry import FRAMES_DROPPED, FRAMES_LOGGED
from protocol.bus.frames import NO_FRAME, FrameDirection, FramesLogged, LoggedFrame
from protocol.bus.masking import mask_frame
from protocol.ocppj.repairs import Deviation

log = structlog.get_logger(__name__)

Mode = Literal["on", "errors", "off"]

ANSWERED = "answered"
REPAIRED = "repaired"
REPEATED = "repeated"
SENT = "sent"
UNANSWERED = "unanswered"
UNREADABLE = "unreadable"
UNSOLICITED = "unsolicited"

RING_ENTRIES = 20_000
RING_BYTES = 16 * 1024 * 1024
LONGEST_TEXT = 8 * 1024
_DRAIN_S = 0.5
_TURN_S = 0.001
_LARGEST_BATCH_BYTES = 128 * 1024
_LONG_REPLY = b'["an answer over the limit of the message log"]'
_CALL_ERROR = b"[4,"
_CALL_RESULT = b"[3,"
_EMPTY_PAYLOAD = b'",{}]'

_PUSHED_OUT = FRAMES_DROPPED.labels("ring")
_NOT_TAKEN = FRAMES_DROPPED.labels("nats")

_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_string = msgspec.json.Decoder(str).decode


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One noted frame, or a CALL of the station with its answer (`reply`).

    Thousands of them wait at a time: the garbage collector need not look at them.
    """

    station: Station
    direction: FrameDirection
    text: bytes
    at: float
    action: str
    message_id: str
    verdict: str
    deviations: Sequence[Deviation]
    reply: bytes
    replied_at: float


class MessageLog:
    """One ring for all stations of a node. In the mode `errors` only what did not go as it should is kept."""

    def __init__(self, mode: Mode, *, clock: Callable[[], float] = time) -> None:
        self.is_on = mode != "off"
        self._keeps_all = mode == "on"
        self._clock = clock
        self._ring: deque[Entry] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._ring)

    def now(self) -> float:
        """The time at which a frame came or went, in seconds since 1970."""
        return self._clock() if self.is_on else 0.0

    def note(
        self,
        station: Station,
        direction: FrameDirection,
        text: bytes,
        *,
        verdict: str,
        at: float = 0.0,
        action: str = "",
        message_id: str = "",
        deviations: Sequence[Deviation] = (),
        reply: bytes = b"",
    ) -> None:
        """One frame and, with `reply`, what was said to it now. `at` is now where it is not said."""
        if not self.is_on:
            return
        if not self._keeps_all and _is_fine(verdict, reply) and not deviations:
            return
        now = self._clock()
        self._ring.append(
            Entry(station, direction, text, at or now, action, message_id, verdict, deviations, reply, now)
        )
        self._bytes += len(text) + len(reply)
        while self._bytes > RING_BYTES or len(self._ring) > RING_ENTRIES:
            self._forget(self._ring.popleft())
            _PUSHED_OUT.inc()

    async def run(self, publisher: EventPublisher) -> None:
        """Empty the ring until cancelled: a station's frames together, and a millisecond a turn of the loop."""
        while True:
            await asyncio.sleep(_DRAIN_S)
            try:
                began = perf_counter()
                for entries in self._take():
                    _publish(entries, publisher)
                    if perf_counter() - began > _TURN_S:
                        await asyncio.sleep(0)  # whoever waits for an answer goes first
                        began = perf_counter()
            except Exception:
                log.exception("message log failed")

    def flush(self, publisher: EventPublisher) -> None:
        """Send what is there: the goodbye of a node that drains."""
        for entries in self._take():
            _publish(entries, publisher)

    def _take(self) -> Iterable[list[Entry]]:
        """What is in the ring, by station; the ring is empty then."""
        taken, self._ring, self._bytes = self._ring, deque(), 0
        by_station: dict[int, list[Entry]] = {}
        for entry in taken:
            by_station.setdefault(id(entry.station), []).append(entry)
        return by_station.values()

    def _forget(self, entry: Entry) -> None:
        self._bytes -= len(entry.text) + len(entry.reply)


def _publish(entries: list[Entry], publisher: EventPublisher) -> None:
    for frames in _in_batches(entries):
        event = entries[0].station.state(FramesLogged(frames), received_at=frames[-1].at)
        is_sent = publisher.publish_unacknowledged(event)
        (FRAMES_LOGGED if is_sent else _NOT_TAKEN).inc(len(frames))


def masked_text(text: bytes, action: str | None) -> tuple[str, bool]:
    """A frame's text as it may be shown, and whether it was cut."""
    masked = shown(mask_frame(text, action).decode("utf-8", "replace"))
    return masked[:LONGEST_TEXT], len(masked) > LONGEST_TEXT


def shown(text: str) -> str:
    """What is no payload and may hold a NUL (a message id, a frame that is no JSON), as every store takes it."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def error_code(reply: bytes) -> str:
    """The errorCode of a CALLERROR of ours; empty for any other frame."""
    return _read_string(_read_array(reply)[2]) if reply.startswith(_CALL_ERROR) else ""


def _is_fine(verdict: str, reply: bytes) -> bool:
    return verdict in (ANSWERED, SENT) and not reply.startswith(_CALL_ERROR)


def _frame_of(entry: Entry) -> LoggedFrame:
    verdict = entry.verdict
    rules: tuple[str, ...] = ()
    if entry.deviations:
        rules = tuple([deviation.rule for deviation in entry.deviations])
        verdict = REPAIRED if verdict == ANSWERED else verdict
    action = entry.action or None
    # Answered as it came: its schema accepted it, and names each of its members.
    is_closed = entry.verdict == ANSWERED and not rules and entry.reply.startswith(_CALL_RESULT)
    masked = mask_frame(entry.text, action, is_closed=is_closed)
    # A frame that needed no repair is JSON already, and travels as it is.
    is_json = not rules and verdict != UNREADABLE and _is_shown_raw(entry.text, masked)
    text = "" if is_json else shown(masked.decode("utf-8", "replace"))
    reply = _masked_reply(entry, action, is_plain=masked is entry.text) if entry.reply else b"null"
    return LoggedFrame(
        at=datetime.fromtimestamp(entry.at, UTC),
        direction=entry.direction,
        verdict=error_code(entry.reply) or verdict,
        action=entry.action,
        message_id=shown(entry.message_id),
        frame=msgspec.Raw(masked) if is_json else NO_FRAME,
        text=text[:LONGEST_TEXT],
        deviations=rules,
        is_truncated=len(text) > LONGEST_TEXT,
        reply=msgspec.Raw(reply if len(reply) <= LONGEST_TEXT else _LONG_REPLY),
        replied_after_us=int((entry.replied_at - entry.at) * 1e6) if entry.reply else 0,
    )


def _masked_reply(entry: Entry, action: str | None, *, is_plain: bool) -> bytes:
    """The answer without secrets. An empty one says nothing but the message id, which is plain where the CALL is."""
    is_empty = entry.reply.startswith(_CALL_RESULT) and entry.reply.endswith(_EMPTY_PAYLOAD)
    return entry.reply if is_plain and is_empty else mask_frame(entry.reply, action)


def _is_shown_raw(text: bytes, masked: bytes) -> bool:
    """Whether the frame, which was read as JSON, may travel as it is.

    What reads frames passes over the inside of their strings; and a mask may have had to treat the frame as mere text.
    """
    if len(masked) > LONGEST_TEXT:
        return False
    try:
        text.isascii() or text.decode()
        return masked is text or bool(_read_array(masked))
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return False


def _in_batches(entries: Iterable[Entry]) -> Iterator[tuple[LoggedFrame, ...]]:
    batch: list[LoggedFrame] = []
    size = 0
    for entry in entries:
        batch.append(_frame_of(entry))
        size += min(len(entry.text), LONGEST_TEXT) + len(entry.reply)
        if size > _LARGEST_BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)
