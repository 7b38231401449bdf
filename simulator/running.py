"""A station that lives: its sans-IO station and link, bound to a clock, a network and a wake-up.

Invariants:
1. There is one socket at most, and one attempt to get one; a lost socket is followed by another after a back-off.
2. After everything that happens, what is to be said is written, whoever waits is told, and the next wake-up is set.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from protocol.domain.identifiers import IdToken
from protocol.domain.transaction_limit import TransactionLimit
from simulator.access import Access
from simulator.behaviours.network import access as access_of
from simulator.chance import Chance
from simulator.clock import Clock
from simulator.errors import ConditionNotMet
from simulator.files import IMAGINED, Files
from simulator.handshake import Handshake, shake_hands
from simulator.link import Link
from simulator.plan import StationPlan, back_off_s
from simulator.state import Notice, StationState
from simulator.station import Station
from simulator.traffic import Traffic
from simulator.vehicle import Vehicle
from simulator.wake_ups import Sleeper

CLOSE_NORMAL = 1000
CLOSE_GOING_AWAY = 1001


class Socket(Protocol):
    """An open WebSocket."""

    def send(self, text: bytes) -> None:
        """Write one text message."""

    def close(self, code: int) -> None:
        """Say goodbye and close."""

    def abort(self) -> None:
        """Close without a goodbye."""

    @property
    def withholds(self) -> bool:
        """Whether the answer to the CALL in flight is known not to come by itself: a fault has it."""


class Caller(Protocol):
    """Who asks for a socket."""

    @property
    def plan(self) -> StationPlan:
        """The station."""

    @property
    def handshake(self) -> Handshake:
        """What is asked for, and how."""

    def on_open(self, socket: Socket) -> None:
        """The network has a socket."""

    def on_connect_failed(self, reason: str) -> None:
        """The network has none."""

    def on_text(self, text: bytes) -> None:
        """One message came."""

    def on_closed(self, socket: Socket, reason: str) -> None:
        """A socket is gone."""


class Network(Protocol):
    """Where sockets come from."""

    def connect(self, caller: Caller) -> None:
        """Get a socket for the station; `on_open` or `on_connect_failed` is called once, now or later."""


class Companion(Sleeper):
    """Somebody at a station, whose time is the station's."""

    __slots__ = ("running",)

    def __init__(self, running: "RunningStation") -> None:
        super().__init__()
        self.running = running

    def wake(self, now: float) -> None:
        """The time that was scheduled has come."""
        raise NotImplementedError


class RunningStation(Sleeper):
    """One living station. `schedule` sets its wake-up, `on_notice` hears what happens."""

    __slots__ = (
        "_clock",
        "_connect_at",
        "_failures",
        "_files",
        "_is_connecting",
        "_is_shut",
        "_link",
        "_network",
        "_on_notice",
        "_rng",
        "_schedule",
        "_socket",
        "_waiters",
        "last_failure",
        "plan",
        "station",
    )

    def __init__(
        self,
        plan: StationPlan,
        *,
        url: str,
        seed: str,
        clock: Clock,
        network: Network,
        traffic: Traffic,
        schedule: Callable[["RunningStation", float | None], None],
        on_notice: Callable[["RunningStation", Notice, float], None],
        files: Files = IMAGINED,
    ) -> None:
        super().__init__()
        self.plan = plan
        # Two sources of chance: when the network fails must not change what the meters say.
        self.station = Station(plan, rng=_chance(seed, "station"), instant=clock.instant, now=clock.now())
        self.station.state.csms_url = url.rstrip("/")
        self._rng = _chance(seed, "network")
        self._link = Link(self.station, rng=self._rng, traffic=traffic)
        self._clock = clock
        self._network = network
        self._files = files
        self._schedule = schedule
        self._on_notice = on_notice
        self._socket: Socket | None = None
        self._is_connecting = False
        self._is_shut = False
        self._connect_at: float | None = None
        self._failures = 0
        self._waiters: tuple[tuple[Callable[[RunningStation], bool], asyncio.Future[None]], ...] = ()
        self.last_failure = ""

    @property
    def state(self) -> StationState:
        return self.station.state

    @property
    def now(self) -> float:
        """The station's time."""
        return self._clock.now()

    @property
    def access(self) -> Access:
        """What the next connection is made with."""
        return access_of(self.state)

    @property
    def url(self) -> str:
        """Where the next connection goes."""
        return f"{self.access.url}/{self.plan.path}"

    @property
    def handshake(self) -> Handshake:
        """How the station asks for a socket."""
        return shake_hands(self.plan, self.access)

    @property
    def is_connecting(self) -> bool:
        return self._is_connecting

    @property
    def awaited(self) -> object | None:
        """What the network owes the station: a connection, or the answer to a CALL; None for nothing."""
        if self._is_connecting:
            return self.url
        return None if self._socket is not None and self._socket.withholds else self._link.pending

    def start(self, *, within_s: float = 0.0) -> None:
        """The station is switched on: it connects within `within_s`."""
        self._connect_at = self._clock.now() + self._rng.between(0, within_s)
        self._schedule(self, self._connect_at)

    def remind(self) -> None:
        """The next wake-up is asked for again."""
        self._schedule(self, self._next_wake_at(self._clock.now()))

    def attend(self) -> None:
        """Something outside has changed the station's state, and what follows from that happens."""
        self._step(self._clock.now())

    def shut(self) -> None:
        """The socket is closed, and none is opened again."""
        self._is_shut = True
        self._drop_socket(CLOSE_GOING_AWAY, self._clock.now())
        self._schedule(self, None)

    def lose_socket(self) -> None:
        """The network fails under the station, which then reconnects by itself."""
        self._drop_socket(CLOSE_GOING_AWAY, self._clock.now())
        self._step(self._clock.now())

    def plug_in(self, evse: int, vehicle: Vehicle) -> None:
        """The car's cable is in."""
        now = self._clock.now()
        self.station.plug_in(evse, vehicle, now)
        self._step(now)

    def unplug(self, evse: int) -> Vehicle | None:
        """The cable is out; the car that was on it is returned."""
        now = self._clock.now()
        vehicle = self.station.unplug(evse, now)
        self._step(now)
        return vehicle

    def present_token(self, evse: int, id_token: IdToken) -> None:
        """Somebody holds a token at the EVSE's reader: it starts, or stops what it started; none in the dark."""
        if self.state.is_rebooting:
            return
        now = self._clock.now()
        self.station.present_token(evse, id_token, now)
        self._step(now)

    def limit(self, evse: int, limit: TransactionLimit) -> None:
        """A driver has chosen how far the transaction that runs goes."""
        now = self._clock.now()
        self.station.limit(evse, limit, now)
        self._step(now)

    def stop_locally(self, evse: int) -> None:
        """The transaction ends by the button on the station."""
        now = self._clock.now()
        self.station.stop_locally(evse, now)
        self._step(now)

    async def until(self, is_so: Callable[["RunningStation"], bool], timeout_s: float) -> None:
        """Return once `is_so(self)`. Raises ConditionNotMet when that takes longer than `timeout_s`."""
        if is_so(self):
            return
        row = is_so, asyncio.get_running_loop().create_future()
        self._waiters = (*self._waiters, row)
        try:
            async with asyncio.timeout(timeout_s):
                await row[1]
        except TimeoutError as error:
            raise ConditionNotMet(self.plan.station_id, timeout_s=timeout_s, state=self.station.describe()) from error
        finally:
            self._waiters = tuple(other for other in self._waiters if other is not row)

    def wake(self, now: float) -> None:
        """The time that was scheduled has come."""
        if self._connect_at is not None and self._connect_at <= now:
            self._connect_at = None
            self._is_connecting = True
            self._network.connect(self)
        self.station.wake(now)
        self._step(now)

    def on_open(self, socket: Socket) -> None:
        """The network has a socket."""
        now = self._clock.now()
        self._is_connecting = False
        if self._is_shut or self.state.is_rebooting:
            socket.close(CLOSE_GOING_AWAY)
            return
        self._socket = socket
        self._link.open(now)
        self._step(now)

    def on_connect_failed(self, reason: str) -> None:
        """The network has none; the station tries again after a back-off."""
        now = self._clock.now()
        self._is_connecting = False
        self.last_failure = reason
        self.station.fail_to_connect()
        self._back_off(now)
        self._step(now)

    def on_text(self, text: bytes) -> None:
        """One message came."""
        now = self._clock.now()
        self._failures = 0
        self._link.receive(text, now)
        self._step(now)

    def on_closed(self, socket: Socket, reason: str) -> None:
        """A socket is gone; an old one concerns nobody."""
        if socket is not self._socket:
            return
        now = self._clock.now()
        self.last_failure = reason
        self._socket = None
        self._link.close(now)
        self._back_off(now)
        self._step(now)

    def _step(self, now: float) -> None:
        state, link = self.station.state, self._link
        if state.is_rebooting:
            self._drop_socket(CLOSE_NORMAL, now)
            self._connect_at = None
        link.pump(now)
        if link.is_dead:
            self._drop_socket(CLOSE_GOING_AWAY, now)
        if self._socket is not None and link.outgoing:
            for frame in link.outgoing:
                self._socket.send(frame)
            link.outgoing.clear()
        if state.transfers:
            transfers, state.transfers = state.transfers, ()
            for transfer in transfers:
                self._files.carry(transfer)
        if state.wants_new_socket:
            self._come_again(now)
        for notice in self.station.take_notices():
            self._on_notice(self, notice, now)
        for is_so, future in self._waiters:
            if not future.done() and is_so(self):
                future.set_result(None)
        self._schedule(self, self._next_wake_at(now))

    def _next_wake_at(self, now: float) -> float | None:
        if self._is_shut:
            return None
        if (
            self._socket is None
            and not self._is_connecting
            and not self.state.is_rebooting
            and self._connect_at is None
        ):
            self._connect_at = now  # back from a reboot
        wake_at, link_at, connect_at = self.station.wake_at, self._link.wake_at, self._connect_at
        if link_at is not None and (wake_at is None or link_at < wake_at):
            wake_at = link_at
        if connect_at is not None and (wake_at is None or connect_at < wake_at):
            wake_at = connect_at
        return wake_at

    def _drop_socket(self, code: int, now: float) -> None:
        socket, self._socket = self._socket, None
        if socket is None:
            return
        socket.close(code)
        self._link.close(now)
        self._back_off(now)

    def _come_again(self, now: float) -> None:
        """Leave, and connect anew at once: not because anything failed."""
        self.state.wants_new_socket = False
        if self._socket is not None:
            self._drop_socket(CLOSE_NORMAL, now)
            self._failures, self._connect_at = 0, now

    def _back_off(self, now: float) -> None:
        self._failures += 1
        self._connect_at = now + back_off_s(self.state.settings, self._failures, rng=self._rng)


def _chance(seed: str, purpose: str) -> Chance:
    return Chance(f"{seed}|{purpose}")
