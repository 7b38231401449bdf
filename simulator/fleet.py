"""Many stations and their drivers on one clock, from one seed.

Invariants:
1. Each station and each EVSE's drivers have chance of their own, drawn from the seed and their names: adding a station
   changes nothing at the others (but who gets which token).
2. With a virtual clock and a network that answers the same, the same seed makes the same frames to the byte. In several
   processes they are those of one, where there is a token for each EVSE.
"""

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from protocol.domain.identifiers import StationKey
from simulator.chance import Chance
from simulator.clock import Clock, SystemClock
from simulator.errors import ConditionNotMet, InvalidPlan
from simulator.faults.network import DisturbedNetwork
from simulator.files import IMAGINED, RealFiles
from simulator.ledger import Ledger
from simulator.parking.bay import Bay
from simulator.parking.lot import Lot
from simulator.parking.parkers import Parkers
from simulator.parking.words import Speaker
from simulator.plan import DriverPlan, FleetPlan
from simulator.playing import Play
from simulator.running import Companion, Network, RunningStation
from simulator.share import WHOLE, Share
from simulator.state import Happening, Notice
from simulator.traffic import Traffic
from simulator.transport import PicowsNetwork
from simulator.visits import TokenPool, Visits
from simulator.wake_ups import WakeUps

ItemT = TypeVar("ItemT")
Woken = RunningStation | Companion | Bay | Parkers

PULSE_S = 0.01
"""The fleet is woken no more often than this: what falls due meanwhile happens together."""

_ACTS_AT_ONCE = 32


class FleetEvent(msgspec.Struct, frozen=True):
    """Something happened at a station, at `at` by the fleet's clock, which is right where a station's may be wrong."""

    station: RunningStation
    notice: Notice
    at: datetime


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """The fleet in numbers. Energy is what ended transactions delivered."""

    stations: int
    online: int
    charging: int
    sessions_ended: int
    sessions_acknowledged: int
    energy_wh: int
    has_been_online: bool
    last_failure: str
    parked: int = 0
    stays_ended: int = 0
    stays_acknowledged: int = 0


class Fleet:
    """A fleet by its plan. `run` lives it in real time; `start`, `next_wake_at` and `wake_due` let a clock be moved.

    `on_event` is called for everything that happens, within the event: it must not act on stations by itself, only
    start what will. `network` is the real one unless given; with the real one, in real time, files are fetched and
    sent, else imagined. With `play` the stations have its clocks, and `run` moves them. Of the plan's stations those of
    the `share` live here, as they would in one process with the others. What happens in the plan's parking bays is said
    to `speaker`.
    """

    def __init__(
        self,
        plan: FleetPlan,
        *,
        url: str,
        seed: int | str,
        ledger: Ledger | None = None,
        on_event: Callable[[FleetEvent], None] | None = None,
        clock: Clock | None = None,
        network: Network | None = None,
        play: Play | None = None,
        share: Share = WHOLE,
        speaker: Speaker | None = None,
    ) -> None:
        if plan.bays and play is not None:
            raise InvalidPlan("parking bays live in real time: a past day has none")
        self.plan = plan
        self.ledger = ledger if ledger is not None else Ledger()
        self.traffic = Traffic()
        self._url, self._seed, self._play = url, seed, play
        self._clock: Clock = play.clock if play is not None else clock if clock is not None else SystemClock()
        self._real_network, self._real_files = PicowsNetwork(), RealFiles()
        self._on_event = on_event
        self._wake_ups: WakeUps[Woken] = WakeUps()
        self._on_earlier: Callable[[], None] = lambda: None
        self._schedule: Callable[[RunningStation | Companion, float | None], None] = (
            self._set_wake_up if play is None else self._schedule_in(play)
        )
        self._sleeps_until = -math.inf
        self._ended = self._acknowledged = self._energy_wh = 0
        self._has_been_online = False
        self.disturbances = DisturbedNetwork(
            network if network is not None else self._real_network,
            seed=seed,
            clock_of=self._clock_of,
            injected=self.traffic.faults,
            schedule=self._schedule,
        )
        hear = self._hear  # bound once, not for every station
        self.stations: Mapping[StationKey, RunningStation] = {
            station.key: RunningStation(
                station,
                url=url,
                seed=f"{seed}|{station.key}",
                clock=self._clock_of(station.key),
                network=self.disturbances,
                traffic=self.traffic,
                schedule=self._schedule,
                on_notice=hear,
                files=self._real_files if network is None and play is None else IMAGINED,
            )
            for station in share.of(plan.stations)
        }
        self.disturbances.give_quirks(self.stations.values())
        tokens_of = plan.drivers.tokens if plan.drivers else {}
        self._pools = {tenant: TokenPool(share.of(tokens)) for tenant, tokens in tokens_of.items()}
        self._places = _number_places(plan)
        self.lot = Lot(
            plan,
            stations=self.stations,
            share=share,
            seed=seed,
            clock=self._clock,
            speaker=speaker,
            schedule=self._set_wake_up,
            ledger=self.ledger,
        )
        self._visits: Mapping[RunningStation, tuple[Visits, ...]] = {
            running: self._plan_visits(key, seed, hear) for key, running in self.stations.items()
        }

    def tell(self, on_event: Callable[[FleetEvent], None]) -> None:
        """One more hears of everything that happens, behind those before."""
        earlier = self._on_event

        def tell_both(event: FleetEvent) -> None:
            if earlier is not None:
                earlier(event)
            on_event(event)

        self._on_event = tell_both

    def start(self) -> None:
        """Every station is switched on, and drivers are on the way."""
        now = self._clock.now()
        began_at = self._clock.instant(now)
        plans = [running.plan for running in self.stations.values()]
        self.ledger.begin(seed=str(self._seed), url=self._url, began_at=began_at, stations=plans, bays=self.lot.bays)
        for running in self.stations.values():
            running.start(within_s=self.plan.connect_spread_s)
        self.disturbances.strike(self.plan, self.stations)
        for visits in self._visits.values():
            for visit in visits:
                visit.start(now)
        self.lot.start(now)

    @property
    def instant(self) -> datetime:
        """The time of the stations; in a play, of the foremost one."""
        return self._clock.instant(self._clock.now())

    @property
    def next_wake_at(self) -> float | None:
        """When `wake_due` has something to do."""
        return self._wake_ups.next_at

    def take_next(self) -> RunningStation | Companion:
        """Who is due first, and is to be woken now."""
        assert self.next_wake_at is not None  # the caller has looked
        sleeper = next(self._wake_ups.take_due(self.next_wake_at))
        assert not isinstance(sleeper, Bay | Parkers)  # a play has none
        return sleeper

    def wake_due(self) -> None:
        """Everything whose time has come has happened."""
        now, due_at = self._clock.now(), self._wake_ups.next_at
        if due_at is not None and due_at <= now:
            self.traffic.lateness.record(now - due_at)
        for sleeper in self._wake_ups.take_due(now):
            sleeper.wake(now)

    async def run(
        self, stop: asyncio.Event, *, goodbye_s: float = 10.0, at_stop: Callable[[], None] = lambda: None
    ) -> None:
        """Live until `stop` is set; then end what runs, wait `goodbye_s` at most for its confirmation, and close.

        `at_stop` is called when nothing has ended yet. Then every fault ends, and stations that it kept offline have
        that time to come back.
        """
        async with contextlib.AsyncExitStack() as parts:
            tasks = await parts.enter_async_context(asyncio.TaskGroup())
            await parts.enter_async_context(self._real_network.using(tasks))
            await parts.enter_async_context(self._real_files.using(tasks))
            if self.lot.speaker is not None:
                await parts.enter_async_context(self.lot.speaker.using(tasks))
            pulse = tasks.create_task(self._pulse() if self._play is None else self._play.pulse(self))
            self.start()
            try:
                await stop.wait()
                at_stop()
                await self._wind_down(goodbye_s)
            finally:
                pulse.cancel()
                self.disturbances.shut()
                for running in self.stations.values():
                    running.shut()
        self.ledger.close(self.instant)

    def summary(self) -> FleetSummary:
        """The fleet now."""
        states = [running.state for running in self.stations.values()]
        failures = (running.last_failure for running in self.stations.values() if running.last_failure)
        lot = self.lot.summary()
        return FleetSummary(
            stations=len(states),
            online=sum(state.is_online for state in states),
            charging=sum(evse.is_charging for state in states for evse in state.evses),
            sessions_ended=self._ended,
            sessions_acknowledged=self._acknowledged,
            energy_wh=self._energy_wh,
            has_been_online=self._has_been_online,
            last_failure=next(failures, ""),
            parked=lot.occupied,
            stays_ended=lot.stays_ended,
            stays_acknowledged=lot.stays_acknowledged,
        )

    async def _pulse(self) -> None:
        """Wake whoever is due, until cancelled: one timer for the whole fleet."""
        loop, earlier = asyncio.get_running_loop(), asyncio.Event()
        self._on_earlier = earlier.set
        while True:
            self.wake_due()
            earlier.clear()
            next_at = self.next_wake_at
            timer = None
            if next_at is not None:
                timer = loop.call_later(max(PULSE_S, next_at - self._clock.now()), earlier.set)
            self._sleeps_until = math.inf if next_at is None else next_at
            await earlier.wait()
            if timer is not None:
                timer.cancel()

    async def _wind_down(self, goodbye_s: float) -> None:
        self.disturbances.heal()
        await self._for_each((visit for visits in self._visits.values() for visit in visits), Visits.send_away)
        await self._for_each(self.stations.values(), _stop_locally)
        has_faults = bool(self.plan.faults)
        self.lot.clear(self._clock.now())
        speaking = [running for running in self.stations.values() if running.state.is_online or has_faults]
        waits = (running.until(lambda one: not one.state.outbox.has_facts, goodbye_s) for running in speaking)
        drained = () if self.lot.speaker is None else (self.lot.speaker.drained(goodbye_s),)
        results = await asyncio.gather(*waits, *drained, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ConditionNotMet):
                raise result

    async def _for_each(self, items: Iterable[ItemT], act: Callable[[ItemT], None]) -> None:
        """Thousands take seconds: in real time sockets and whoever is due have their turn in between."""
        for number, item in enumerate(items, start=1):
            act(item)
            if number % _ACTS_AT_ONCE == 0 and self._play is None:
                await asyncio.sleep(0)

    def _plan_visits(
        self, key: StationKey, seed: int | str, tell: Callable[[RunningStation, Notice, float], None]
    ) -> tuple[Visits, ...]:
        running = self.stations[key]
        drivers = self.plan.drivers_of(running.plan)
        if drivers is None:
            return ()
        return tuple(
            Visits(
                running,
                evse.number,
                drivers,
                tokens=self._pool_of(key, evse.number, drivers),
                rng=Chance(f"{seed}|{key}|drivers {evse.number}"),
                schedule=self._schedule,
                tell=tell,
                bay=self.lot.bay_of(key, evse.number),
            )
            for evse in running.state.evses
        )

    def _pool_of(self, key: StationKey, evse: int, drivers: DriverPlan) -> TokenPool:
        """The EVSE's own part of the tenant's tokens, or all where they are too few to be dealt out.

        In a play they are always dealt out, for there nobody waits for other stations.
        """
        tokens, places = drivers.tokens.get(key.tenant, ()), self._places[key.tenant]
        if self._play is None and len(tokens) < len(places):
            return self._pools.setdefault(key.tenant, TokenPool(()))
        return TokenPool(tokens[places[key, evse] :: len(places)])

    def _clock_of(self, key: StationKey) -> Clock:
        return self._clock if self._play is None else self._play.clock_of(key)

    def _set_wake_up(self, sleeper: Woken, at: float | None) -> None:
        self._wake_ups.schedule(sleeper, at)
        if at is not None and at < self._sleeps_until:
            self._on_earlier()

    def _schedule_in(self, play: Play) -> Callable[[RunningStation | Companion, float | None], None]:
        def schedule(sleeper: RunningStation | Companion, at: float | None) -> None:
            self._set_wake_up(sleeper, at)
            for companion, held_at in play.follow(sleeper).items():
                self._wake_ups.schedule(companion, held_at)

        return schedule

    def _hear(self, running: RunningStation, notice: Notice, now: float) -> None:
        self.ledger.record(running.plan, notice)
        match notice.happening:
            case Happening.ONLINE:
                self._has_been_online = True
            case Happening.TRANSACTION_ENDED if notice.transaction is not None:
                self._ended += 1
                self._energy_wh += notice.transaction.energy_wh or 0
            case Happening.END_ACKNOWLEDGED:
                self._acknowledged += 1
            case _:
                pass
        for visit in self._visits[running]:
            visit.on_notice(notice, now)
        if self._on_event is not None:
            self._on_event(FleetEvent(running, notice, self._clock.instant(now)))


def _stop_locally(running: RunningStation) -> None:
    for evse in running.state.evses:
        running.stop_locally(evse.number)


def _number_places(plan: FleetPlan) -> Mapping[str, Mapping[tuple[StationKey, int], int]]:
    """Each tenant's EVSEs, counted from 0."""
    places: dict[str, dict[tuple[StationKey, int], int]] = {}
    for station in plan.stations:
        of_tenant = places.setdefault(station.tenant, {})
        for evse in range(1, station.evse_count + 1):
            of_tenant[station.key, evse] = len(of_tenant)
    return places
