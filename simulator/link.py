"""The station's end of one OCPP-J connection after another: messages to frames and back, without I/O.

Invariants:
1. One CALL is in flight at most; its entry leaves the outbox only by an answer, or by being given up.
2. Whatever the CSMS sends, the link raises nothing: what cannot be handled gets the CALLERROR that fits.
3. An answer to the CSMS is written before any CALL that follows from it.
"""

from protocol.blocks.provisioning.messages import BootNotification
from protocol.domain.routes import AnyRoute, Direction
from protocol.errors import ActionNotSupported, InternalError, NotExpressible, OcppError, RpcError
from protocol.ocppj.connection import OcppConnection, PendingCall
from protocol.ocppj.events import (
    DuplicateCall,
    IncomingCall,
    IncomingError,
    IncomingResult,
    ProtocolViolation,
)
from protocol.versions import route_of_action, route_of_message
from protocol.wire import codec
from protocol.wire.structs import NoAnswer
from simulator.behaviours.transactions import numbered
from simulator.chance import Chance
from simulator.outbox import Entry
from simulator.station import Station
from simulator.traffic import Traffic

_SILENCES_OF_A_DEAD_SOCKET = 2


class Link:
    """`outgoing` are the frames to be written, in order. `silences` counts time-outs since anything was heard."""

    __slots__ = (
        "_connection",
        "_in_flight",
        "_prefix",
        "_rng",
        "_said",
        "_said_at",
        "_silences",
        "_traffic",
        "outgoing",
        "station",
    )

    def __init__(self, station: Station, *, rng: Chance, traffic: Traffic) -> None:
        self.station = station
        self.outgoing: list[bytes] = []
        self._rng = rng
        self._traffic = traffic
        self._said_at = 0.0
        self._prefix, self._said = "", 0
        self._connection: OcppConnection | None = None
        self._in_flight: Entry | None = None
        self._silences = 0

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    @property
    def pending(self) -> PendingCall | None:
        """The CALL that is in flight."""
        return None if self._connection is None else self._connection.pending

    @property
    def is_dead(self) -> bool:
        """Whether the socket looks open and nobody is there."""
        return self._silences >= _SILENCES_OF_A_DEAD_SOCKET

    def open(self, now: float) -> None:
        """A socket is there, with the station's version as its subprotocol."""
        self._prefix, self._said = f"{self._rng.bits(32):08x}", 0
        # A late answer and an unknown one are the same to a station.
        self._connection = OcppConnection(
            self.station.state.plan.version, new_message_id=self._next_message_id, remembers=0
        )
        self._silences = 0
        self.station.go_online(now)

    def close(self, now: float) -> None:
        """The socket is gone; what was in flight costs no attempt."""
        self._connection = self._in_flight = None
        self.outgoing.clear()
        self.station.go_offline(now)

    def receive(self, text: bytes, now: float) -> None:
        """One frame came."""
        if self._connection is None:
            return
        self._silences = 0
        event = self._connection.receive(text, now)
        match event:
            case IncomingResult():
                self._take_result(event, now)
            case IncomingCall():
                self.outgoing.append(self._answer(self._connection, event, now))
            case IncomingError():
                self._traffic.refused[event.action] += 1
                self._refuse(event.code, now)
            case DuplicateCall(reply=bytes() as reply):
                self.outgoing.append(reply)
            case ProtocolViolation():
                if event.reply is not None:
                    self.outgoing.append(event.reply)
                if event.failed_call is not None:
                    self._traffic.refused[event.failed_call] += 1
                    self._refuse(str(event.error), now)
            case _:
                pass  # a late or unknown answer, which nobody waits for

    @property
    def wake_at(self) -> float | None:
        """When `pump` has something to do although nothing came; None for never."""
        if self._connection is None:
            return None
        pending = self._connection.pending
        if pending is not None:
            return pending.deadline
        return self.station.state.outbox.next_attempt_at if self.station.state.is_accepted else None

    def pump(self, now: float) -> None:
        """Give up what got no answer in time, and say what comes next."""
        connection, state = self._connection, self.station.state
        if connection is None:
            return
        if connection.pending is not None:
            timed_out = connection.expire(now)
            if timed_out is None:
                return
            if self._in_flight is not None:
                self._traffic.silent[timed_out.action] += 1
                entry, self._in_flight = self._in_flight, None
                self._silences += 1
                self.station.take_silence(entry, now)
        while connection.pending is None:
            entry_to_say = state.outbox.find_next(is_accepted=state.is_accepted, allowed=BootNotification, now=now)
            if entry_to_say is None:
                return
            self._say(connection, entry_to_say, now)

    def _next_message_id(self) -> str:
        self._said += 1
        return f"{self._prefix}-{self._said}"

    def _say(self, connection: OcppConnection, entry: Entry, now: float) -> None:
        state = self.station.state
        version = state.plan.version
        try:
            route = route_of_message(version, type(entry.message))
            if entry.payload is None:
                message = entry.message if entry.transaction is None else numbered(entry.message, entry.transaction)
                entry.payload = codec.encode(route.encode_request(message))
        except NotExpressible as error:
            self._in_flight = entry
            entry.refusals = state.settings.refusal_attempts
            self._refuse(str(error), now)
            return
        if route.response is NoAnswer:
            self.outgoing.append(connection.send(route.action, entry.payload))
            state.outbox.settle(entry)
            return
        _, frame = connection.call(route.action, entry.payload, now=now, timeout_s=state.settings.call_timeout_s)
        self._in_flight, self._said_at = entry, now
        self.outgoing.append(frame)

    def _take_result(self, result: IncomingResult, now: float) -> None:
        entry = self._in_flight
        assert entry is not None  # the connection has matched the answer to our CALL
        route = route_of_message(self.station.state.plan.version, type(entry.message))
        try:
            reply = route.decode_response(codec.decode(result.payload, route.response))
        except (OcppError, ValueError) as error:
            self._traffic.refused[result.action] += 1
            self._refuse(str(error), now)
            return
        self._traffic.count_answer(result.action, now - self._said_at)
        self._in_flight = None
        self.station.take_reply(entry, reply, now)

    def _refuse(self, reason: str, now: float) -> None:
        entry, self._in_flight = self._in_flight, None
        if entry is not None:
            self.station.take_refusal(entry, reason, now)

    def _answer(self, connection: OcppConnection, call: IncomingCall, now: float) -> bytes:
        self._traffic.commands[call.action] += 1
        try:
            route = self._find_route(call.action)
            message = route.decode_request(codec.decode(call.payload, route.request))
            reply = self.station.answer(message, now)
            return connection.reply(call, codec.encode(route.encode_response(reply)))
        except RpcError as error:
            return connection.reply_error(call, error)
        except NotExpressible as error:  # a question about a nameless component, say: the answer would have to name it
            return connection.reply_error(call, InternalError(str(error)))

    def _find_route(self, action: str) -> AnyRoute:
        version = self.station.state.plan.version
        route = route_of_action(version, action)
        if route.direction is Direction.FROM_STATION:
            raise ActionNotSupported(action, version=version)
        return route
