"""A station's frames as its quirks have them, and the CSMS's answers as the station itself expects them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from simulator.quirks.library import Quirk
from simulator.quirks.memory import Memory

_CALL, _RESULT, _ERROR = 2, 3, 4
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


class QuirkyRewriter:
    """The quirks of one station on one socket; `memory` outlives it."""

    def __init__(self, quirks: Sequence[Quirk], memory: Memory) -> None:
        self._quirks = quirks
        self._memory = memory
        memory.is_fresh = True

    def write(self, text: bytes) -> Sequence[bytes]:
        """The frames that go out in place of this one."""
        frame = msgspec.json.decode(text)
        if frame[0] == _CALL:
            frames: list[Any] = self._write_call(frame)
        elif frame[0] == _RESULT:
            frames = self._each([frame], [quirk.answer for quirk in self._quirks])
        else:
            frames = [frame]
        return [self._spell(frame) for frame in frames]

    def hangs_up(self, text: bytes, now: float) -> bool:
        """Whether the station leaves the socket at this frame of the CSMS, which it does not read then."""
        frame = _read(text)
        if frame is None or frame[0] != _CALL:
            return False
        judges = [quirk.hangs_up for quirk in self._quirks if quirk.hangs_up is not None]
        return any(judge(frame[2], now, self._memory) for judge in judges)

    def read(self, text: bytes) -> bytes | None:
        """The frame as the station would have it; None where it is about a CALL that the station knows nothing of.

        What is no answer is left as it is: the station itself judges what the CSMS may not say.
        """
        frame = _read(text)
        if frame is not None and frame[0] == _CALL:
            self._memory.order = frame[2]
        if frame is None or frame[0] == _CALL:
            return text
        own_id = self._memory.own_id(frame[1])
        if own_id is None:
            return None
        if frame[0] == _RESULT and isinstance(frame[2], dict):
            self._take_result(frame[2])
        return text if own_id == frame[1] else msgspec.json.encode([frame[0], own_id, *frame[2:]])

    def _take_result(self, payload: dict[str, Any]) -> None:
        if isinstance(payload.get("transactionId"), int | str):
            self._memory.places[payload["transactionId"]] = self._memory.starting
        if "interval" in payload:  # only the answer to a boot has one
            self._memory.is_accepted = payload.get("status") == "Accepted"

    def _write_call(self, frame: list[Any]) -> list[Any]:
        _, _, action, payload = frame
        self._memory.begin_call()
        if action == "BootNotification":
            self._memory.is_accepted = False
        if action == "StartTransaction":
            self._memory.starting = self._memory.place_of(payload)
        for quirk in self._quirks:
            if quirk.payload is not None:
                quirk.payload(action, payload, self._memory)
        frames = self._each([frame], [quirk.frame for quirk in self._quirks])
        self._memory.is_fresh = False
        return frames

    def _each(self, frames: list[Any], changes: Sequence[Any]) -> list[Any]:
        for change in changes:
            if change is not None:
                frames = [changed for frame in frames for changed in change(frame, self._memory)]
        return frames

    def _spell(self, frame: Any) -> bytes:
        text = msgspec.json.encode(frame)
        for quirk in self._quirks:
            if quirk.text is not None:
                text = quirk.text(text)
        return text


def _read(text: bytes) -> list[Any] | None:
    """A frame with its id; None for whatever else the CSMS has written."""
    try:
        frame = msgspec.json.decode(text)
    except _UNREADABLE:
        return None
    is_frame = isinstance(frame, list) and len(frame) > 2 and frame[0] in (_CALL, _RESULT, _ERROR)
    return frame if is_frame and isinstance(frame[1], str) else None
