"""All the bays of a fleet, and who comes to them: those who charge there, and those who only park."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from protocol.domain.identifiers import StationId, StationKey, TenantId
from simulator.chance import Chance
from simulator.clock import Clock
from simulator.errors import InvalidPlan
from simulator.ledger import Ledger
from simulator.parking.bay import Bay
from simulator.parking.parkers import DriverPool, Parkers
from simulator.parking.plan import BayPlan
from simulator.parking.stay import Stay
from simulator.parking.words import Speaker
from simulator.plan import FleetPlan
from simulator.share import Share


@dataclass(frozen=True, slots=True)
class LotSummary:
    """The bays in numbers. A stay is acknowledged once the platform has all that was to be said of it."""

    occupied: int = 0
    stays_ended: int = 0
    stays_acknowledged: int = 0
    checked_in: int = 0
    given_up: int = 0


class Lot:
    """The bays of a fleet's plan that are in this process: those of its stations, and a share of all others."""

    def __init__(
        self,
        plan: FleetPlan,
        *,
        stations: Mapping[StationKey, object],
        share: Share,
        seed: int | str,
        clock: Clock,
        speaker: Speaker | None,
        schedule: Callable[[Bay | Parkers, float | None], None],
        ledger: Ledger,
    ) -> None:
        if plan.bays and speaker is None:
            raise InvalidPlan("the fleet has parking bays: say where the platform takes what their sensors see")
        self.speaker = speaker
        self._ledger = ledger
        self._ended = self._acknowledged = self._checked_in = self._given_up = 0
        self._bays: dict[tuple[str, str], Bay] = {}
        self._of_evse: dict[tuple[StationKey, int], Bay] = {}
        self._parkers: list[Parkers] = []
        pools: dict[str, DriverPool] = {}
        for bay_plan in _bays_here(plan, stations, share):
            assert speaker is not None
            rng = Chance(f"{seed}|bay {bay_plan.tenant} {bay_plan.bay_id}")
            bay = Bay(bay_plan, rng=rng, clock=clock, speaker=speaker, schedule=schedule, on_change=self._note)
            self._bays[bay_plan.key] = bay
            place = _place_of(bay_plan)
            parkers = plan.parkers_of(bay_plan)
            if place is not None:
                self._of_evse[place] = bay
            elif parkers is not None:
                drivers = share.of(parkers.drivers.get(bay_plan.tenant, ()))
                self._parkers.append(
                    Parkers(
                        bay,
                        parkers,
                        pool=pools.setdefault(bay_plan.tenant, DriverPool(drivers)),
                        rng=Chance(f"{seed}|parkers {bay_plan.tenant} {bay_plan.bay_id}"),
                        clock=clock,
                        schedule=schedule,
                    )
                )

    def bay_of(self, station: StationKey, evse: int) -> Bay | None:
        """The bay in which a vehicle stands that charges there."""
        return self._of_evse.get((station, evse))

    @property
    def bays(self) -> Sequence[BayPlan]:
        """Those that are here."""
        return tuple(bay.plan for bay in self._bays.values())

    def start(self, now: float) -> None:
        """Every device says that its bay is free, and those who only park are on the way."""
        for bay in self._bays.values():
            bay.switch_on(now)
        for parkers in self._parkers:
            parkers.start(now)

    def clear(self, now: float) -> None:
        """Everybody has left, nobody comes, and what was late is said."""
        for parkers in self._parkers:
            parkers.send_away(now)
        for bay in self._bays.values():
            bay.vacate(now)
            bay.hold_nothing_back()

    def summary(self) -> LotSummary:
        """The bays now."""
        return LotSummary(
            occupied=sum(bay.is_occupied for bay in self._bays.values()),
            stays_ended=self._ended,
            stays_acknowledged=self._acknowledged,
            checked_in=self._checked_in,
            given_up=self._given_up,
        )

    def _note(self, stay: Stay) -> None:
        self._ledger.record_stay(stay)
        if not stay.is_final:
            return
        self._ended += 1
        is_heard = stay.is_arrival_acknowledged and stay.is_departure_acknowledged == stay.is_departure_said
        self._acknowledged += is_heard
        self._checked_in += stay.driver_id is not None
        self._given_up += sum(stay.given_up.values())


def _bays_here(plan: FleetPlan, stations: Mapping[StationKey, object], share: Share) -> Iterator[BayPlan]:
    yield from (bay for bay in plan.bays if (place := _place_of(bay)) is not None and place[0] in stations)
    yield from share.of([bay for bay in plan.bays if bay.station_id is None])


def _place_of(bay: BayPlan) -> tuple[StationKey, int] | None:
    if bay.station_id is None or bay.evse is None:
        return None
    return StationKey(TenantId(bay.tenant), StationId(bay.station_id)), bay.evse
