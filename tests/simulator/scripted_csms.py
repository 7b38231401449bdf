"""A CSMS in memory whose scripts a test writes, and a world whose clock the test moves."""

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec

from protocol.blocks.transactions.messages import TransactionEvent, TransactionReply, TransactionStart
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import TransactionId
from simulator.clock import VirtualClock
from simulator.fleet import Fleet, FleetEvent
from simulator.ledger import Ledger
from simulator.memory_csms import MemoryCsms, MemorySocket, Silence, step
from simulator.parking.memory import MemoryPlatform
from simulator.parking.plan import BayPlan, ParkerPlan
from simulator.plan import DriverPlan, FleetPlan, PlannedFault, StationPlan
from simulator.running import Caller, RunningStation

__all__ = ["ScriptedCsms", "Silence", "World", "transaction_events"]


class World:
    """A clock, a CSMS and a fleet; time passes only in `run_for` and `run_until`."""

    def __init__(
        self,
        *stations: StationPlan,
        drivers: DriverPlan | None = None,
        seed: int = 1,
        ledger: Ledger | None = None,
        faults: tuple[PlannedFault, ...] = (),
        on_event: Callable[[FleetEvent], None] = lambda _event: None,
        bays: tuple[BayPlan, ...] = (),
        parkers: ParkerPlan | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.platform = MemoryPlatform()
        self.csms = ScriptedCsms(self.clock)
        self.events: list[str] = []
        self._on_event = on_event
        self.fleet = Fleet(
            FleetPlan(stations=stations, drivers=drivers, faults=faults, bays=bays, parkers=parkers),
            url="ws://csms/ocpp",
            seed=seed,
            ledger=ledger,
            clock=self.clock,
            network=self.csms,
            on_event=self._hear,
            speaker=self.platform,
        )
        self.fleet.start()

    @property
    def station(self) -> RunningStation:
        """The only, or first, station."""
        return next(iter(self.fleet.stations.values()))

    def run_for(self, seconds: float) -> None:
        """Let time pass."""
        end_at = self.clock.now() + seconds
        while self._step(end_at):
            pass
        self.clock.move_to(end_at)

    def run_until(self, is_so: Callable[[], object], *, within_s: float = 600.0) -> None:
        """Let time pass until it is so."""
        end_at = self.clock.now() + within_s
        while not is_so():
            assert self._step(end_at), f"not so within {within_s} s: {self.station.station.describe()}"

    def _hear(self, event: FleetEvent) -> None:
        self.events.append(event.notice.happening)
        self._on_event(event)

    def _step(self, end_at: float) -> bool:
        return step(self.fleet, self.csms, end_at=end_at)


class ScriptedCsms(MemoryCsms):
    """It keeps every frame and everything that was said, and it can be down. Starts are numbered from 101."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.is_down = False
        self.frames: dict[str, list[str]] = {}
        self.said: list[msgspec.Struct] = []
        self.replies: list[Any] = []
        self.sockets: list[MemorySocket] = []
        self._numbers = count(101)

    def start(self, message: TransactionStart) -> TransactionReply:
        """The next number, and Accepted."""
        number = None if message.transaction_id else TransactionId(str(next(self._numbers)))
        return TransactionReply(number, IdTokenInfo(AuthorizationStatus.ACCEPTED))

    def on_frame(self, station: StationPlan, text: bytes) -> None:
        self.frames.setdefault(station.station_id, []).append(text.decode("utf-8", "surrogateescape"))

    def on_said(self, message: msgspec.Struct) -> None:
        self.said.append(message)

    def on_answer(self, answer: object) -> None:
        self.replies.append(answer)

    def of(self, kind: type[Any]) -> list[Any]:
        """What was said, of this kind."""
        return [message for message in self.said if isinstance(message, kind)]

    def command(self, message: msgspec.Struct) -> None:
        """Ask the newest station; its answer is added to `replies`."""
        self.later(lambda: self.sockets[-1].ask(message))

    def raw(self, frame: str) -> None:
        """Send the newest station any text."""
        self.later(lambda: self.sockets[-1].deliver(frame.encode()))

    def connect(self, caller: Caller) -> None:
        """The handshake of a station."""
        if self.is_down:
            self.later(lambda: caller.on_connect_failed("connection refused"))
        else:
            super().connect(caller)

    def make_socket(self, caller: Caller) -> MemorySocket:
        socket = super().make_socket(caller)
        self.sockets.append(socket)
        return socket

    def go_down(self) -> None:
        """Every socket breaks, and no new one opens."""
        self.is_down = True
        for socket in self.sockets:
            socket.break_off()


def transaction_events(csms: ScriptedCsms) -> list[TransactionEvent]:
    """The starts, updates and ends, in the order in which they were heard."""
    return csms.of(TransactionEvent)
