"""One socket of a station whose network has faults: it stands between the station and the real socket.

Invariants:
1. Frames of one way arrive in their order, but for those that a fault lets be overtaken.
2. Once broken or deaf, nothing passes; a deaf one (half open) tells neither end.
3. `withholds` is True from when a CALL or its answer was dropped or held until the frame goes on, or another CALL does.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Protocol

from simulator.chance import Chance
from simulator.faults.frames import pass_on
from simulator.faults.kinds import Fault, Way
from simulator.handshake import Handshake
from simulator.plan import StationPlan
from simulator.running import RunningStation, Socket

_CALL = b"[2"


class Rewriter(Protocol):
    """What a station's quirks make of its frames on one socket."""

    def write(self, text: bytes) -> Sequence[bytes]:
        """The frames that go out in place of this one."""

    def hangs_up(self, text: bytes, now: float) -> bool:
        """Whether the station leaves at this frame."""

    def read(self, text: bytes) -> bytes | None:
        """The frame as the station would have it; None where it hears nothing."""


class Tap:
    """A Caller to the network, and a Socket to the station. `ask_wake` is called when `next_at` may have changed."""

    def __init__(
        self,
        running: RunningStation,
        *,
        handshake: Handshake,
        rewriter: Rewriter | None,
        faults: Sequence[Fault],
        rng: Chance,
        now: Callable[[], float],
        injected: Counter[str],
        ask_wake: Callable[[], None],
    ) -> None:
        self.handshake = handshake
        self.faults = faults
        self.is_deaf = False
        self.withholds = False
        self._running = running
        self._rewriter = rewriter
        self._rng = rng
        self._now = now
        self._injected = injected
        self._ask_wake = ask_wake
        self._inner: Socket | None = None
        self._has_opened = False
        self._is_left = False
        self._held: list[tuple[float, int, Way, bytes]] = []
        self._order = 0
        self._not_before = {Way.TO_CSMS: 0.0, Way.FROM_CSMS: 0.0}

    @property
    def plan(self) -> StationPlan:
        """The station."""
        return self._running.plan

    @property
    def is_open(self) -> bool:
        """Whether there is a socket behind it that the station has not left."""
        return self._inner is not None and not self._is_left

    @property
    def next_at(self) -> float | None:
        """When a frame that is held goes on."""
        return self._held[0][0] if self._held else None

    def on_open(self, socket: Socket) -> None:
        """The network has a socket."""
        if self._is_left:
            socket.abort()
            return
        self._inner, self._has_opened = socket, True
        self._running.on_open(self)

    def on_connect_failed(self, reason: str) -> None:
        """The network has none."""
        if not self._is_left:
            self._is_left = True
            self._running.on_connect_failed(reason)

    def on_text(self, text: bytes) -> None:
        """The CSMS wrote this."""
        if not self.is_open:
            return
        if self.is_deaf:
            self._injected["swallowed_frame"] += 1
            return
        self._take(text, Way.FROM_CSMS)

    def on_closed(self, _socket: Socket, reason: str) -> None:
        """The socket is gone; a station that is deaf does not hear of it."""
        self._inner = None
        if self.is_deaf or self._is_left:
            return
        self._is_left = True
        self._held.clear()
        self._running.on_closed(self, reason)

    def send(self, text: bytes) -> None:
        """The station writes."""
        for frame in (text,) if self._rewriter is None else self._rewriter.write(text):
            if self.is_deaf:
                self._injected["swallowed_frame"] += 1
                self.withholds = True
            else:
                self._take(frame, Way.TO_CSMS)

    def close(self, code: int) -> None:
        """The station leaves; a goodbye on a deaf socket reaches nobody, and the CSMS's end stays open."""
        self._is_left = True
        self._held.clear()
        if self._inner is not None and not self.is_deaf:
            self._inner.close(code)

    def abort(self) -> None:
        """The same, without a goodbye."""
        self._is_left = True
        self._held.clear()
        if self._inner is not None and not self.is_deaf:
            self._inner.abort()

    def break_off(self, reason: str) -> None:
        """The network fails: both ends lose the socket, neither with a goodbye; or the attempt to get one fails."""
        was_left, self._is_left = self._is_left, True
        self._held.clear()
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.abort()
        if was_left:
            return
        if self._has_opened:
            self._running.on_closed(self, reason)
        else:
            self._running.on_connect_failed(reason)

    def release_due(self, now: float) -> None:
        """What was held up to now goes on."""
        while self._held and self._held[0][0] <= now and not self.is_deaf:
            _, _, way, text = heappop(self._held)
            self._carry(text, way)

    def _take(self, text: bytes, way: Way) -> None:
        now = self._now()
        times, self._not_before[way] = pass_on(
            text,
            self.faults,
            way=way,
            rng=self._rng,
            now=now,
            not_before=self._not_before[way],
            injected=self._injected,
        )
        if way is Way.TO_CSMS and text.startswith(_CALL):
            self.withholds = False
        if not times or times[0] > now:
            self._withhold(text, way)
        for at in times:
            if at <= now:
                self._carry(text, way)
            else:
                self._order += 1
                heappush(self._held, (at, self._order, way, text))
                self._ask_wake()

    def _withhold(self, text: bytes, way: Way) -> None:
        """The station need not wait for its answer: it is not on its way."""
        if way is Way.TO_CSMS and text.startswith(_CALL):
            self.withholds = True
        elif way is Way.FROM_CSMS and not text.startswith(_CALL):
            self.withholds = True
            self._running.remind()

    def _carry(self, text: bytes, way: Way) -> None:
        if way is Way.FROM_CSMS:
            self._hear(text)
            return
        if self._inner is None:
            return
        self._inner.send(text)
        if self.withholds and text.startswith(_CALL):
            self.withholds = False
            self._running.remind()

    def _hear(self, text: bytes) -> None:
        if self._rewriter is None:
            self._running.on_text(text)
            return
        if self._rewriter.hangs_up(text, self._now()):
            self.break_off("the station hung up")
            return
        heard = self._rewriter.read(text)
        if heard is not None:
            self._running.on_text(heard)
