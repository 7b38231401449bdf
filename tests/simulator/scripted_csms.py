"""A CSMS in memory, made of nothing but `protocol`, and a world whose clock the test moves.

The CSMS is a Network for stations: it lets them connect unless it is down, keeps every frame, and answers by its
scripts. Nothing happens at once: each frame takes a little virtual time.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import msgspec

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.blocks.availability.messages import Heartbeat, HeartbeatReply, StatusNotification, StatusReply
from protocol.blocks.certificates.messages import SignCertificate
from protocol.blocks.diagnostics.messages import DiagnosticsStatusNotification, LogStatusNotification
from protocol.blocks.firmware.messages import FirmwareStatusNotification, SignedFirmwareStatusNotification
from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply
from protocol.blocks.provisioning.messages import BootNotification, BootReply, NotifyReport
from protocol.blocks.reservation.messages import ReservationStatusUpdate
from protocol.blocks.transactions.messages import (
    TransactionEnd,
    TransactionEvent,
    TransactionReply,
    TransactionStart,
    TransactionUpdate,
)
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.errors import RpcError
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import IncomingCall, IncomingError, IncomingResult, UnexpectedAnswer
from protocol.versions import route_of_action, route_of_message
from protocol.wire import codec
from simulator.clock import VirtualClock
from simulator.fleet import Fleet
from simulator.ledger import Ledger
from simulator.plan import DriverPlan, FleetPlan, StationPlan
from simulator.running import Caller, RunningStation

LATENCY_S = 0.01


class Silence:
    """What a script returns for a message that gets no answer."""


class World:
    """A clock, a CSMS and a fleet; time passes only in `run_for` and `run_until`."""

    def __init__(
        self,
        *stations: StationPlan,
        drivers: DriverPlan | None = None,
        seed: int = 1,
        ledger: Ledger | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.csms = ScriptedCsms(self.clock)
        self.events: list[str] = []
        self.fleet = Fleet(
            FleetPlan(stations=stations, drivers=drivers),
            url="ws://csms/ocpp",
            seed=seed,
            ledger=ledger,
            clock=self.clock,
            network=self.csms,
            on_event=lambda event: self.events.append(event.notice.happening),
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

    def _step(self, end_at: float) -> bool:
        times = [at for at in (self.fleet.next_wake_at, self.csms.next_at) if at is not None]
        if not times or min(times) > end_at:
            return False
        self.clock.move_to(min(times))
        self.csms.deliver_due()
        self.fleet.wake_due()
        return True


class ScriptedCsms:
    """`scripts` answer by the message's type: a reply, an RpcError, or Silence."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.is_down = False
        self.frames: dict[str, list[str]] = {}
        self.said: list[msgspec.Struct] = []
        self.replies: list[Any] = []
        self.scripts: dict[type[msgspec.Struct], Callable[[Any], object]] = {
            BootNotification: lambda _: BootReply(RegistrationStatus.ACCEPTED, self.now, 300),
            Heartbeat: lambda _: HeartbeatReply(self.now),
            StatusNotification: lambda _: StatusReply(),
            Authorize: lambda _: AuthorizeReply(IdTokenInfo(AuthorizationStatus.ACCEPTED)),
            TransactionStart: self.start,
            TransactionUpdate: lambda _: TransactionReply(),
            TransactionEnd: lambda _: TransactionReply(),
            MeterValues: lambda _: MeterValuesReply(),
            FirmwareStatusNotification: lambda _: Heard(),
            SignedFirmwareStatusNotification: lambda _: Heard(),
            LogStatusNotification: lambda _: Heard(),
            DiagnosticsStatusNotification: lambda _: Heard(),
            NotifyReport: lambda _: Heard(),
            ReservationStatusUpdate: lambda _: Heard(),
            SignCertificate: lambda _: CommandReply("Accepted"),
        }
        self.sockets: list[MemorySocket] = []
        self._numbers = count(101)
        self._sequence = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    @property
    def now(self) -> datetime:
        return self.clock.instant(self.clock.now())

    def start(self, message: TransactionStart) -> TransactionReply:
        """The next number, and Accepted."""
        number = None if message.transaction_id else TransactionId(str(next(self._numbers)))
        return TransactionReply(number, IdTokenInfo(AuthorizationStatus.ACCEPTED))

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
            return
        socket = MemorySocket(self, caller)
        self.sockets.append(socket)
        self.later(lambda: caller.on_open(socket))

    def go_down(self) -> None:
        """Every socket breaks, and no new one opens."""
        self.is_down = True
        for socket in self.sockets:
            socket.break_off()

    def later(self, action: Callable[[], None]) -> None:
        """After the latency."""
        heapq.heappush(self._due, (self.clock.now() + LATENCY_S, next(self._sequence), action))

    @property
    def next_at(self) -> float | None:
        return self._due[0][0] if self._due else None

    def deliver_due(self) -> None:
        """What is due arrives."""
        while self._due and self._due[0][0] <= self.clock.now():
            heapq.heappop(self._due)[2]()


class MemorySocket:
    """One connection, and the CSMS's end of it."""

    withholds = False

    def __init__(self, csms: ScriptedCsms, caller: Caller) -> None:
        self.csms = csms
        self.caller = caller
        self.is_open = True
        self.is_left = False
        self.version: OcppVersion = caller.plan.version
        ids = count(1)
        self.connection = OcppConnection(self.version, new_message_id=lambda: f"csms-{next(ids)}")

    def send(self, text: bytes) -> None:
        assert not self.is_left, "the station writes to a socket that it has closed"
        if not self.is_open:
            return  # broken, and the station does not know it yet
        self.csms.frames.setdefault(self.caller.plan.station_id, []).append(text.decode())
        self.csms.later(lambda: self._hear(text))

    def close(self, _code: int) -> None:
        self.is_open, self.is_left = False, True

    def abort(self) -> None:
        self.is_open, self.is_left = False, True

    def break_off(self) -> None:
        if self.is_open:
            self.is_open = False
            self.csms.later(lambda: self.caller.on_closed(self, "broken"))

    def deliver(self, text: bytes) -> None:
        if self.is_open:
            self.caller.on_text(text)

    def ask(self, message: msgspec.Struct) -> None:
        route = route_of_message(self.version, type(message))
        payload = codec.encode(route.encode_request(message))
        _, text = self.connection.call(route.action, payload, now=self.csms.clock.now(), timeout_s=30)
        self.deliver(text)

    def _hear(self, text: bytes) -> None:
        if not self.is_open:
            return
        event = self.connection.receive(text, self.csms.clock.now())
        if isinstance(event, IncomingCall):
            self._answer(event)
        elif isinstance(event, IncomingResult):
            route = route_of_action(self.version, event.action)
            self.csms.replies.append(route.decode_response(codec.decode(event.payload, route.response)))
        elif isinstance(event, IncomingError):
            self.csms.replies.append(event)
        elif not isinstance(event, UnexpectedAnswer):  # the answer to what the test sent as raw text
            raise AssertionError(f"the station sent {event}")

    def _answer(self, call: IncomingCall) -> None:
        route = route_of_action(self.version, call.action)
        message = route.decode_request(codec.decode(call.payload, route.request))
        self.csms.said.append(message)
        reply = self.csms.scripts[type(message)](message)
        if isinstance(reply, Silence):
            return
        if isinstance(reply, RpcError):
            text = self.connection.reply_error(call, reply)
        else:
            text = self.connection.reply(call, codec.encode(route.encode_response(reply)))
        self.csms.later(lambda: self.deliver(text))


def transaction_events(csms: ScriptedCsms) -> list[TransactionEvent]:
    """The starts, updates and ends, in the order in which they were heard."""
    return csms.of(TransactionEvent)
