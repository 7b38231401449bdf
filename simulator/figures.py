"""What a fleet came to, as plain figures: what reports show and assertions judge.

Latencies are in seconds, energy in Wh. Buckets are pairs of upper edge and count (`simulator.traffic`).
"""

from collections import Counter
from datetime import datetime

import msgspec

from protocol.domain.identifiers import StationKey
from simulator.fleet import Fleet, FleetEvent
from simulator.state import Happening
from simulator.traffic import Latencies, Traffic

QUANTILES = (0.5, 0.9, 0.99)

States = tuple[Counter[str], Counter[str], Counter[str]]


class ActionFigures(msgspec.Struct, frozen=True):
    """The fleet's CALLs of one action: how many were answered, refused and not answered, and how long answers took."""

    action: str
    answered: int
    refused: int
    silent: int
    mean_s: float
    p50_s: float
    p90_s: float
    p99_s: float
    longest_s: float
    buckets: tuple[tuple[float, int], ...]

    def quantile_s(self, fraction: float) -> float:
        """What this fraction of the answers kept to; 0 without any."""
        wanted, seen = fraction * self.answered, 0
        for upper_s, count in self.buckets:
            seen += count
            if seen >= wanted:
                return min(upper_s, self.longest_s)
        return self.longest_s


class SiteFigures(msgspec.Struct, frozen=True):
    """One site; "" where a fleet has none."""

    site: str
    stations: int
    online: int
    charging: int
    sessions_ended: int
    energy_wh: int


class Figures(msgspec.Struct, frozen=True):
    """The whole fleet. `all_booted_s` is how long it took until every station had been accepted once; None: never.

    Who is `online`, here and by site, was so when the fleet was told to stop. `given_up` counts by kind what stations
    no longer try to say. `commands` were asked by the CSMS. Stays are those in parking bays. `costs_shown` counts
    sessions of which a station showed what they cost.
    """

    scenario: str
    seed: str
    url: str
    began_at: datetime
    elapsed_s: float
    stations: int
    online: int
    booted: int
    all_booted_s: float | None
    sockets_lost: int
    sessions_started: int
    sessions_ended: int
    sessions_acknowledged: int
    tokens_refused: int
    energy_wh: int
    readings_said: int
    readings_acknowledged: int
    given_up: dict[str, int]
    lateness_p99_s: float
    actions: tuple[ActionFigures, ...]
    commands: dict[str, int]
    faults: dict[str, int]
    sites: tuple[SiteFigures, ...]
    stays_ended: int = 0
    stays_acknowledged: int = 0
    stays_checked_in: int = 0
    costs_shown: int = 0

    def find_action(self, action: str) -> ActionFigures | None:
        """The figures of one action; None where no CALL of it has ended."""
        return next((one for one in self.actions if one.action == action), None)


class Observer:
    """Hears what happens in a fleet of so many stations: give `hear` as its `on_event`."""

    def __init__(self, stations: int) -> None:
        self.all_booted_at: datetime | None = None
        self.sockets_lost = 0
        self.sessions_started = 0
        self.tokens_refused = 0
        self.site_sessions: Counter[str] = Counter()
        self.site_energy_wh: Counter[str] = Counter()
        self._expected = stations
        self._booted: set[StationKey] = set()
        self._at_stop: States | None = None

    @property
    def booted(self) -> int:
        """How many stations have been accepted once."""
        return len(self._booted)

    def look(self, fleet: Fleet) -> None:
        """How the stations are now is how they are for good: soon they are told to go offline."""
        self._at_stop = _count_states(fleet)

    def states_of(self, fleet: Fleet) -> States:
        """Stations, and of these online and charging, by site: now, or when `look` was called."""
        return _count_states(fleet) if self._at_stop is None else self._at_stop

    def hear(self, event: FleetEvent) -> None:
        """Something happened."""
        notice, transaction = event.notice, event.notice.transaction
        match notice.happening:
            case Happening.BOOTED:
                self._booted.add(event.station.plan.key)
                if self.all_booted_at is None and len(self._booted) == self._expected:
                    self.all_booted_at = event.at
            case Happening.OFFLINE:
                self.sockets_lost += 1
            case Happening.TRANSACTION_STARTED:
                self.sessions_started += 1
            case Happening.TRANSACTION_ENDED if transaction is not None:
                self.site_sessions[event.station.plan.site] += 1
                self.site_energy_wh[event.station.plan.site] += transaction.energy_wh or 0
            case Happening.TOKEN_REFUSED:
                self.tokens_refused += 1
            case _:
                pass


def measure(
    fleet: Fleet, observer: Observer, *, scenario: str, seed: int | str, url: str, began_at: datetime, elapsed_s: float
) -> Figures:
    """The figures now."""
    summary, traffic, lot = fleet.summary(), fleet.traffic, fleet.lot.summary()
    entries = fleet.ledger.entries()
    given_up: Counter[str] = Counter()
    for entry in entries:
        given_up.update(entry.given_up)
    booted_at, sites = observer.all_booted_at, measure_sites(fleet, observer)
    return Figures(
        scenario=scenario,
        seed=str(seed),
        url=url,
        began_at=began_at,
        elapsed_s=elapsed_s,
        stations=summary.stations,
        online=sum(site.online for site in sites),
        booted=observer.booted,
        all_booted_s=None if booted_at is None else (booted_at - began_at).total_seconds(),
        sockets_lost=observer.sockets_lost,
        sessions_started=observer.sessions_started,
        sessions_ended=summary.sessions_ended,
        sessions_acknowledged=summary.sessions_acknowledged,
        tokens_refused=observer.tokens_refused,
        energy_wh=summary.energy_wh,
        readings_said=sum(entry.readings_said for entry in entries),
        readings_acknowledged=sum(entry.readings_acknowledged for entry in entries),
        given_up=dict(given_up),
        lateness_p99_s=traffic.lateness.quantile_s(0.99),
        actions=measure_actions(traffic),
        commands=dict(traffic.commands),
        faults={str(kind): count for kind, count in sorted(traffic.faults.items())},
        sites=sites,
        stays_ended=lot.stays_ended,
        stays_acknowledged=lot.stays_acknowledged,
        stays_checked_in=lot.checked_in,
        costs_shown=sum(entry.shown_cost is not None for entry in entries),
    )


def measure_actions(traffic: Traffic) -> tuple[ActionFigures, ...]:
    """Every action of which a CALL has ended, by name."""
    names = sorted({*traffic.answered, *traffic.refused, *traffic.silent})
    return tuple(_measure_action(name, traffic) for name in names)


def measure_sites(fleet: Fleet, observer: Observer) -> tuple[SiteFigures, ...]:
    """The sites, in the order of the plan."""
    stations, online, charging = observer.states_of(fleet)
    return tuple(
        SiteFigures(
            site, count, online[site], charging[site], observer.site_sessions[site], observer.site_energy_wh[site]
        )
        for site, count in stations.items()
    )


def _count_states(fleet: Fleet) -> States:
    stations: Counter[str] = Counter()
    online: Counter[str] = Counter()
    charging: Counter[str] = Counter()
    for running in fleet.stations.values():
        site = running.plan.site
        stations[site] += 1
        online[site] += running.state.is_online
        charging[site] += sum(evse.is_charging for evse in running.state.evses)
    return stations, online, charging


def _measure_action(name: str, traffic: Traffic) -> ActionFigures:
    latencies = traffic.answered.get(name) or Latencies()
    p50_s, p90_s, p99_s = (latencies.quantile_s(fraction) for fraction in QUANTILES)
    return ActionFigures(
        action=name,
        answered=latencies.count,
        refused=traffic.refused[name],
        silent=traffic.silent[name],
        mean_s=latencies.sum_s / latencies.count if latencies.count else 0.0,
        p50_s=p50_s,
        p90_s=p90_s,
        p99_s=p99_s,
        longest_s=latencies.longest_s,
        buckets=tuple(latencies.buckets()),
    )
