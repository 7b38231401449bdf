"""The faults of one station: they begin and end by its time, and act on its socket, power, EVSEs and clock."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from simulator.chance import Chance
from simulator.clock import Clock
from simulator.defects import Defect
from simulator.faults.hardware import break_down, repair
from simulator.faults.kinds import FRAME_FAULTS, Fault, FaultKind
from simulator.faults.power import cut_power, restore_power
from simulator.faults.tap import Rewriter, Tap
from simulator.faults.windows import Window
from simulator.handshake import Handshake
from simulator.running import Companion, Network, RunningStation
from simulator.state import PowerLoss


class Disturbance(Companion):
    """Whatever is wrong between one station and its network. `schedule` sets its wake-up.

    `shake` and `make_rewriter` are the station's quirks; they are asked anew for every socket.
    """

    __slots__ = (
        "_clock",
        "_dies_at",
        "_ghosts",
        "_injected",
        "_instant",
        "_make_rewriter",
        "_network",
        "_rng",
        "_schedule",
        "_shake",
        "_tap",
        "_windows",
    )

    def __init__(
        self,
        running: RunningStation,
        *,
        rng: Chance,
        clock: Clock,
        network: Network,
        injected: Counter[str],
        schedule: Callable[[Companion, float | None], None],
        shake: Callable[[Handshake], Handshake] = lambda handshake: handshake,
        make_rewriter: Callable[[], Rewriter | None] = lambda: None,
    ) -> None:
        super().__init__(running)
        self._rng = rng
        self._clock = clock
        self._network = network
        self._injected = injected
        self._schedule = schedule
        self._shake = shake
        self._make_rewriter = make_rewriter
        self._windows: list[Window] = []
        self._instant = running.state.instant
        self._tap: Tap | None = None
        self._ghosts: list[Tap] = []
        self._dies_at = math.inf

    def add(self, fault: Fault) -> None:
        """The station has one more fault, which begins `begins_s` from now."""
        self._windows.append(Window(fault, rng=self._rng, now=self._clock.now()))
        self._ask_wake()

    def clear(self) -> None:
        """Every fault of the station has ended; frames that were held arrive when they would have."""
        if self._tap is not None:
            self._tap.faults = ()
        for window in self._windows:
            if window.is_open:
                window.close()
                self._end(window.fault)
        self._windows.clear()
        self._ask_wake()

    @property
    def kinds(self) -> tuple[FaultKind, ...]:
        """What is wrong now."""
        return tuple(fault.kind for fault in self._open_faults())

    def connect(self) -> None:
        """The station asks for a socket."""
        if FaultKind.OUTAGE in self.kinds:
            self._injected["refused_connection"] += 1
            self.running.on_connect_failed("the network is out")
            return
        self._tap = Tap(
            self.running,
            handshake=self._shake(self.running.handshake),
            rewriter=self._make_rewriter(),
            faults=self._frame_faults(),
            rng=self._rng,
            now=self._clock.now,
            injected=self._injected,
            ask_wake=self._ask_wake,
        )
        flapping = next((fault for fault in self._open_faults() if fault.kind is FaultKind.FLAPPING), None)
        self._plan_death(flapping)
        self._network.connect(self._tap)

    def wake(self, now: float) -> None:
        """What was due has begun, ended, or gone on."""
        for window in self._windows:
            while window.turns_at <= now:
                window.turn()
                if window.is_open:
                    self._begin(window.fault, now)
                else:
                    self._end(window.fault)
        self._windows = [window for window in self._windows if not window.is_over]
        if self._dies_at <= now:
            self._dies_at = math.inf
            self._injected[FaultKind.FLAPPING] += 1
            self._lose_socket("the network flaps")
        if self._tap is not None:
            self._tap.faults = self._frame_faults()
            self._tap.release_due(now)
        self._ask_wake()

    def shut(self) -> None:
        """Nothing is held open any more."""
        self._bury_ghosts("the fleet has ended")
        self._schedule(self, None)

    def _begin(self, fault: Fault, now: float) -> None:
        if fault.kind not in FRAME_FAULTS and fault.kind is not FaultKind.FLAPPING:
            self._injected[fault.kind] += 1
        match fault.kind:
            case FaultKind.OUTAGE:
                self._lose_socket("the network is out")
            case FaultKind.HALF_OPEN:
                self._go_deaf()
            case FaultKind.POWER_CUT:
                self._lose_socket("power lost")
                cut_power(self.running.state, now, why=PowerLoss.POWER_CUT)
                self.running.attend()
            case FaultKind.HARDWARE_FAULT:
                evse, defect = self._rng.one_of(self.running.state.evses), self._rng.one_of(tuple(Defect))
                break_down(self.running.state, evse, defect, now)
                self.running.attend()
            case FaultKind.CLOCK_SKEW:
                off_by = timedelta(seconds=self._rng.between(*fault.span_s))
                self.running.state.instant = partial(_wrong_instant, self._instant, off_by)
            case FaultKind.FLAPPING:
                self._plan_death(fault)
            case _:
                pass  # faults of frames are looked up for each frame

    def _end(self, fault: Fault) -> None:
        if fault.kind in self.kinds:
            return  # another one of the kind goes on
        match fault.kind:
            case FaultKind.HALF_OPEN:
                self._bury_ghosts("the network is back, the connection is not")
            case FaultKind.POWER_CUT:
                restore_power(self.running.state, self.running.now, why=PowerLoss.POWER_CUT)
                self.running.attend()
            case FaultKind.HARDWARE_FAULT:
                repair(self.running.state, self.running.now)
                self.running.attend()
            case FaultKind.CLOCK_SKEW:
                self.running.state.instant = self._instant
            case FaultKind.FLAPPING:
                self._dies_at = math.inf
            case _:
                pass  # a station without a socket asks for one by itself

    def _lose_socket(self, reason: str) -> None:
        self._dies_at = math.inf
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.break_off(reason)

    def _go_deaf(self) -> None:
        if self._tap is not None and self._tap.is_open:
            self._tap.is_deaf = True
            self._ghosts.append(self._tap)
            self._tap = None

    def _bury_ghosts(self, reason: str) -> None:
        ghosts, self._ghosts = self._ghosts, []
        for ghost in ghosts:
            ghost.break_off(reason)

    def _plan_death(self, flapping: Fault | None) -> None:
        self._dies_at = math.inf if flapping is None else self._clock.now() + self._rng.between(*flapping.span_s)
        self._ask_wake()

    def _open_faults(self) -> list[Fault]:
        return [window.fault for window in self._windows if window.is_open]

    def _frame_faults(self) -> Sequence[Fault]:
        return tuple(fault for fault in self._open_faults() if fault.kind in FRAME_FAULTS)

    def _ask_wake(self) -> None:
        times = [window.turns_at for window in self._windows]
        times.append(self._dies_at)
        if self._tap is not None and self._tap.next_at is not None:
            times.append(self._tap.next_at)
        at = min(times)
        self._schedule(self, None if at == math.inf else at)


def _wrong_instant(instant: Callable[[float], datetime], off_by: timedelta, now: float) -> datetime:
    at = instant(now) + off_by
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
