"""A CSMS in the process itself, made of nothing but `protocol`, on a clock that somebody moves.

It is the network of a fleet: it lets stations connect, and answers what they say by its scripts.

Invariants:
1. Nothing happens at once: each frame takes `LATENCY_S` of the clock, in either direction.
2. It forgives stations what `protocol.tolerance` forgives.
3. What a station is answered depends on what that station has said, never on others or on the order among them.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Protocol

import msgspec

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.blocks.availability.messages import Heartbeat, HeartbeatReply, StatusNotification, StatusReply
from protocol.blocks.certificates.messages import (
    CertificateChainStatusReply,
    GetCertificateChainStatus,
    RevocationAnswer,
    SignCertificate,
)
from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    LogStatusNotification,
    NotifyCustomerInformation,
)
from protocol.blocks.display_message.messages import NotifyDisplayMessages
from protocol.blocks.event_streams.messages import CloseEventStream, EventStreamValues, OpenEventStream
from protocol.blocks.firmware.messages import (
    FirmwareStatusNotification,
    PublishFirmwareStatusNotification,
    SignedFirmwareStatusNotification,
)
from protocol.blocks.meter_values.messages import MeterValues, MeterValuesReply
from protocol.blocks.monitoring.messages import NotifyEvent, NotifyMonitoringReport
from protocol.blocks.provisioning.messages import BootNotification, BootReply, NotifyReport
from protocol.blocks.reservation.messages import ReservationStatusUpdate
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.blocks.smart_charging.messages import (
    NotifyChargingNeeds,
    PullScheduleUpdate,
    ReportChargingProfiles,
    ScheduleUpdateReply,
)
from protocol.blocks.transactions.messages import (
    TransactionEnd,
    TransactionReply,
    TransactionStart,
    TransactionUpdate,
)
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.certificates import RevocationStatus
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import RegistrationStatus
from protocol.errors import RpcError
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import (
    DuplicateCall,
    IncomingCall,
    IncomingError,
    IncomingResult,
    IncomingSend,
    ProtocolViolation,
    UnexpectedAnswer,
)
from protocol.tolerance.decoding import ALL_RULES, decode
from protocol.versions import route_of_action, route_of_message
from protocol.wire import codec
from simulator.clock import VirtualClock
from simulator.plan import StationPlan
from simulator.running import Caller

LATENCY_S = 0.01
_HEARTBEAT_INTERVAL_S = 300
_NUMBERS_A_MS = 24  # a 1.6 transaction id has 31 bits, and a day 86.4 million milliseconds
_MERELY_HEARD: tuple[type[msgspec.Struct], ...] = (
    FirmwareStatusNotification,
    SignedFirmwareStatusNotification,
    PublishFirmwareStatusNotification,
    LogStatusNotification,
    DiagnosticsStatusNotification,
    NotifyReport,
    NotifyEvent,
    NotifyMonitoringReport,
    NotifyDisplayMessages,
    NotifyCustomerInformation,
    ReportChargingProfiles,
    CloseEventStream,
    EventStreamValues,
    ReservationStatusUpdate,
    SecurityEventNotification,
)


class Silence:
    """What a script returns for a message that gets no answer."""


class MemoryCsms:
    """`scripts` answer by the message's type: a reply, an RpcError, or Silence.

    `on_frame`, `on_said` and `on_answer` do nothing here: they are for whoever wants to know.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.scripts: dict[type[msgspec.Struct], Callable[[Any], object]] = {
            BootNotification: lambda _: BootReply(RegistrationStatus.ACCEPTED, self.now, _HEARTBEAT_INTERVAL_S),
            Heartbeat: lambda _: HeartbeatReply(self.now),
            StatusNotification: lambda _: StatusReply(),
            Authorize: lambda _: AuthorizeReply(IdTokenInfo(AuthorizationStatus.ACCEPTED)),
            TransactionStart: self.start,
            TransactionUpdate: lambda _: TransactionReply(),
            TransactionEnd: lambda _: TransactionReply(),
            MeterValues: lambda _: MeterValuesReply(),
            **{kind: lambda _: Heard() for kind in _MERELY_HEARD},
            NotifyChargingNeeds: lambda _: CommandReply("Accepted"),
            OpenEventStream: lambda _: CommandReply("Accepted"),
            PullScheduleUpdate: lambda _: ScheduleUpdateReply("Rejected"),
            SignCertificate: lambda _: CommandReply("Accepted"),
            GetCertificateChainStatus: self.vouch,
        }
        self._sequence = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    @property
    def now(self) -> datetime:
        return self.clock.instant(self.clock.now())

    def start(self, message: TransactionStart) -> TransactionReply:
        """Accepted; where the station has no id of its own, with a number for the instant and the EVSE."""
        number = None
        if message.transaction_id is None:
            at, midnight = message.occurred_at, message.occurred_at.replace(hour=0, minute=0, second=0, microsecond=0)
            ms = round((at - midnight).total_seconds() * 1000)
            number = TransactionId(str(ms * _NUMBERS_A_MS + (message.evse or 0)))
        return TransactionReply(number, IdTokenInfo(AuthorizationStatus.ACCEPTED))

    def vouch(self, message: GetCertificateChainStatus) -> CertificateChainStatusReply:
        """Every certificate is good, for a day."""
        until = self.now + timedelta(days=1)
        return CertificateChainStatusReply(
            tuple(
                RevocationAnswer(one.certificate, one.source, RevocationStatus.GOOD, until) for one in message.questions
            )
        )

    def on_frame(self, station: StationPlan, text: bytes) -> None:
        """The station has written this."""

    def on_said(self, message: msgspec.Struct) -> None:
        """A station has said this, and is about to be answered."""

    def on_answer(self, answer: object) -> None:
        """A station has answered what it was asked: a reply, or an IncomingError."""

    def connect(self, caller: Caller) -> None:
        """The handshake of a station, which succeeds."""
        socket = self.make_socket(caller)
        self.later(lambda: caller.on_open(socket))

    def make_socket(self, caller: Caller) -> "MemorySocket":
        """The connection that the handshake will open."""
        return MemorySocket(self, caller)

    def later(self, action: Callable[[], None]) -> None:
        """After the latency."""
        heapq.heappush(self._due, (self.clock.now() + LATENCY_S, next(self._sequence), action))

    @property
    def next_at(self) -> float | None:
        """When something arrives."""
        return self._due[0][0] if self._due else None

    def deliver_due(self) -> None:
        """What is due arrives."""
        while self._due and self._due[0][0] <= self.clock.now():
            heapq.heappop(self._due)[2]()


class Wakeable(Protocol):
    """A fleet, as seen by its clock."""

    @property
    def next_wake_at(self) -> float | None:
        """When it has something to do."""

    def wake_due(self) -> None:
        """Everything whose time has come has happened."""


def step(fleet: Wakeable, csms: MemoryCsms, *, end_at: float) -> bool:
    """The clock is where something happens next, and it has happened; False where nothing does up to `end_at`."""
    times = [at for at in (fleet.next_wake_at, csms.next_at) if at is not None]
    if not times or min(times) > end_at:
        return False
    csms.clock.move_to(min(times))
    csms.deliver_due()
    fleet.wake_due()
    return True


class MemorySocket:
    """One connection, and the CSMS's end of it."""

    withholds = False

    def __init__(self, csms: MemoryCsms, caller: Caller) -> None:
        self.is_open = True
        self.is_left = False
        ids = count(1)
        self.connection = OcppConnection(caller.plan.version, new_message_id=lambda: f"csms-{next(ids)}")
        self._csms = csms
        self._caller = caller

    def send(self, text: bytes) -> None:
        """The station writes."""
        assert not self.is_left, "the station writes to a socket that it has closed"
        if not self.is_open:
            return  # broken, and the station does not know it yet
        self._csms.on_frame(self._caller.plan, text)
        self._csms.later(lambda: self._hear(text))

    def close(self, _code: int) -> None:
        """The station leaves."""
        self.is_open, self.is_left = False, True

    def abort(self) -> None:
        """The station leaves without a goodbye."""
        self.is_open, self.is_left = False, True

    def break_off(self) -> None:
        """The network fails, and the station hears of it later."""
        if self.is_open:
            self.is_open = False
            self._csms.later(lambda: self._caller.on_closed(self, "broken"))

    def deliver(self, text: bytes) -> None:
        """The station reads."""
        if self.is_open:
            self._caller.on_text(text)

    def ask(self, message: msgspec.Struct) -> None:
        """The CSMS asks; the answer is heard later."""
        route = route_of_message(self._caller.plan.version, type(message))
        payload = codec.encode(route.encode_request(message))
        _, text = self.connection.call(route.action, payload, now=self._csms.clock.now(), timeout_s=30)
        self.deliver(text)

    def _hear(self, text: bytes) -> None:
        if not self.is_open:
            return
        event = self.connection.receive(text, self._csms.clock.now())
        if isinstance(event, IncomingCall):
            self._answer(event)
        elif isinstance(event, IncomingResult):
            route = route_of_action(self._caller.plan.version, event.action)
            response, _ = decode(event.payload, route.response, rules=ALL_RULES, received_at=self._csms.now)
            self._csms.on_answer(route.decode_response(response))
        elif isinstance(event, IncomingSend):
            route = route_of_action(self._caller.plan.version, event.action)
            self._csms.on_said(route.decode_request(codec.decode(event.payload, route.request)))
        elif isinstance(event, IncomingError):
            self._csms.on_answer(event)
        elif isinstance(event, DuplicateCall) or (isinstance(event, ProtocolViolation) and self._caller.plan.quirks):
            # A frame that nobody can read is a bug of ours, unless the station is meant to write such.
            if event.reply is not None:
                self._csms.later(partial(self.deliver, event.reply))
        elif not isinstance(event, UnexpectedAnswer):  # the answer to what was sent as raw text
            raise AssertionError(f"the station sent {event}")

    def _answer(self, call: IncomingCall) -> None:
        route = route_of_action(self._caller.plan.version, call.action)
        request, _ = decode(call.payload, route.request, rules=ALL_RULES, received_at=self._csms.now)
        message = route.decode_request(request)
        self._csms.on_said(message)
        reply = self._csms.scripts[type(message)](message)
        if isinstance(reply, Silence):
            return
        if isinstance(reply, RpcError):
            text = self.connection.reply_error(call, reply)
        else:
            text = self.connection.reply(call, codec.encode(route.encode_response(reply)))
        self._csms.later(lambda: self.deliver(text))
