"""How fast one station is read from: not while too much of it waits, and no faster than its share.

What is read more slowly waits in the station's own buffers: nothing is lost, and nobody else is kept waiting.
"""

import asyncio
from typing import Protocol

from csms.telemetry import SLOWED

_BYTES_OF_A_FRAME = 4096
_BURST_S = 10


class ReadableSocket(Protocol):
    """What is stopped and started."""

    def pause_reading(self) -> None:
        """Let the station wait."""

    def resume_reading(self) -> None:
        """Read on."""


class Inflow:
    """Reading from one socket; two things may hold it up, and it goes on when neither does.

    `frames_per_s` on average, ten seconds' worth of them at once; 0: any number.
    """

    __slots__ = ("_at", "_is_crowded", "_is_fast", "_left", "_per_s", "_socket")

    def __init__(self, socket: ReadableSocket, *, frames_per_s: int, now: float) -> None:
        self._socket = socket
        self._per_s = frames_per_s
        self._left = float(frames_per_s * _BURST_S)
        self._at = now
        self._is_crowded = self._is_fast = False

    def took(self, size: int, now: float) -> None:
        """A frame of this many bytes was read."""
        self._left -= 1 + size // _BYTES_OF_A_FRAME
        if self._left < 0 and self._per_s and not self._is_fast:
            self._slow_down(now)

    def crowd(self, *, is_crowded: bool) -> None:
        """Whether as many frames wait as may."""
        if is_crowded != self._is_crowded:
            self._is_crowded = is_crowded
            if not self._is_fast:
                self._apply(is_held=is_crowded)

    def _slow_down(self, now: float) -> None:
        if self._refill(now):
            return
        SLOWED.inc()
        self._is_fast = True
        self._wait()
        if not self._is_crowded:
            self._apply(is_held=True)

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(-self._left / self._per_s, self._go_on, self._at - self._left / self._per_s)

    def _go_on(self, now: float) -> None:
        if not self._refill(now):  # it had sent more before it was stopped
            self._wait()
            return
        self._is_fast = False
        if not self._is_crowded:
            self._apply(is_held=False)

    def _refill(self, now: float) -> bool:
        """Whether the station's share reaches until now."""
        came_back = (now - self._at) * self._per_s
        self._left, self._at = min(self._left + came_back, self._per_s * _BURST_S), now
        return self._left >= 0

    def _apply(self, *, is_held: bool) -> None:
        if is_held:
            self._socket.pause_reading()
        else:
            self._socket.resume_reading()
