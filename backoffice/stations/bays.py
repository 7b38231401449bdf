"""Parking bays: what they are to be, and who is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.contracts.stations import BayOccupied, BayVacated
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.stations import bay_repository, closure_repository, repository
from backoffice.stations.bay_occupancy import BayState, Occupancy, Seen, Sighting, Verdict, observe
from backoffice.stations.errors import LocationNotFound
from backoffice.stations.place_errors import (
    BayChangedMeanwhile,
    BayExists,
    BayIsOccupied,
    BayNameTaken,
    BayNotFound,
    EvseHasBay,
    NoSuchPlace,
    PlateUnreadable,
    SightingAhead,
)
from backoffice.stations.place_models import ParkingBay
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import StationId
from protocol.domain.plates import plain_plate, plate_ref, tenant_plate_key

_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BayPlan:
    """What a bay is to be. `max_stay_s` None: as long as one likes. `evse` goes with `station_id`."""

    location_id: str
    name: str
    station_id: str | None = None
    evse: int | None = None
    is_accessible: bool = False
    is_ev_only: bool = False
    is_reservable: bool = True
    max_height_cm: int | None = None
    max_stay_s: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says of a bay, at the time of its own clock."""

    sighting: Sighting
    at: datetime
    plate: str | None = None


class Bays:
    """The use cases of parking bays. `plate_key` is the master key under which plates are referred to."""

    def __init__(self, database: Database, *, plate_key: bytes, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._plate_key = plate_key

    async def create(self, unit: Unit, bay_id: str | None, plan: BayPlan) -> ParkingBay:
        """A new bay. Raises BayExists, and what `save` raises."""
        await _lock_location(unit, plan.location_id)
        bay_id = bay_id or unique_event_id(self.clock())
        if await bay_repository.find_bay(unit, bay_id) is not None:
            raise BayExists(bay_id)
        return await self.save(unit, bay_id, plan)

    async def save(self, unit: Unit, bay_id: str, plan: BayPlan, *, if_match: str | None = None) -> ParkingBay:
        """The bay is as planned, whether or not it was there; who is in it stays.

        `if_match` is the ETag of what the asker saw, or `*`: then it has to be there. Raises BayChangedMeanwhile,
        LocationNotFound, BayNameTaken, NoSuchPlace and EvseHasBay.
        """
        # Names and EVSEs are one bay's within a location: who changes its bays takes turns.
        await _lock_location(unit, plan.location_id)
        bay = await bay_repository.lock_bay(unit, bay_id)
        _check_match(bay, bay_id, if_match)
        await _check_plan(unit, bay_id, plan)
        if bay is None:
            bay = ParkingBay(
                tenant_id=unit.tenant, id=bay_id, state=BayState.UNKNOWN, version=0, created_at=self.clock()
            )
            unit.session.add(bay)
        if _plan_of(bay) != plan:
            bay.version += 1
        bay.location_id, bay.name = plan.location_id, plan.name
        bay.station_id, bay.evse = plan.station_id, plan.evse
        bay.is_accessible, bay.is_ev_only, bay.is_reservable = plan.is_accessible, plan.is_ev_only, plan.is_reservable
        bay.max_height_cm, bay.max_stay_s = plan.max_height_cm, plan.max_stay_s
        await unit.session.flush()
        return bay

    async def read(self, unit: Unit, bay_id: str) -> ParkingBay:
        """The bay. Raises BayNotFound."""
        bay = await bay_repository.find_bay(unit, bay_id)
        if bay is None:
            raise BayNotFound(bay_id)
        return bay

    async def closed_now(self, unit: Unit, bays: Sequence[ParkingBay]) -> frozenset[str]:
        """Which of the bays maintenance or an outage closes, by id."""
        return await closure_repository.closed_bays(unit, [bay.id for bay in bays], at=self.clock())

    async def delete(self, unit: Unit, bay_id: str, *, if_match: str | None = None) -> None:
        """The bay is gone, from closures too. Raises BayNotFound, BayChangedMeanwhile and BayIsOccupied."""
        bay = await bay_repository.lock_bay(unit, bay_id)
        if bay is None:
            raise BayNotFound(bay_id)
        _check_match(bay, bay_id, if_match)
        if bay.occupied_since is not None:
            raise BayIsOccupied(bay_id)
        await closure_repository.forget_bay(unit, bay_id)
        await unit.session.delete(bay)

    async def report(self, unit: Unit, bay_id: str, report: Report) -> tuple[ParkingBay, Verdict]:
        """What the device says is known, and said once. Raises BayNotFound, SightingAhead and PlateUnreadable."""
        now = self.clock()
        if report.at > now + _CLOCKS_DIFFER:
            raise SightingAhead(report.at, now=now)
        if report.plate is not None and not plain_plate(report.plate):
            raise PlateUnreadable
        bay = await bay_repository.lock_bay(unit, bay_id)
        if bay is None:
            raise BayNotFound(bay_id)
        known = Occupancy(BayState(bay.state), bay.state_at, bay.occupied_since, bay.plate_ref)
        ref = plate_ref(report.plate, tenant_plate_key(self._plate_key, unit.tenant)) if report.plate else None
        seen = observe(known, report.sighting, at=report.at, plate_ref=ref)
        after = seen.occupancy
        bay.state, bay.state_at = after.state, after.at
        bay.occupied_since, bay.plate_ref = after.occupied_since, after.plate_ref
        await self._tell(unit, bay, seen, at=report.at)
        return bay, seen.verdict

    async def _tell(self, unit: Unit, bay: ParkingBay, seen: Seen, *, at: datetime) -> None:
        if seen.has_left:
            left = BayVacated(bay_id=bay.id, location_id=bay.location_id, at=at)
            await unit.publish(left, key=bay.id, now=self.clock(), occurred_at=at)
        if not (seen.has_come or seen.has_shown_plate):
            return
        since = seen.occupancy.occupied_since
        assert since is not None
        came = BayOccupied(
            bay_id=bay.id,
            location_id=bay.location_id,
            at=since,
            station_id=StationId(bay.station_id) if bay.station_id is not None else None,
            evse=bay.evse,
            plate_ref=bay.plate_ref,
        )
        await unit.publish(came, key=bay.id, now=self.clock(), occurred_at=since)


def etag_of(bay: ParkingBay) -> str:
    """What names this version of the bay; who comes and goes does not change it."""
    return f'"{bay.version}"'


async def _lock_location(unit: Unit, location_id: str) -> None:
    """Raises LocationNotFound."""
    if await repository.lock_location(unit, location_id) is None:
        raise LocationNotFound(location_id)


async def _check_plan(unit: Unit, bay_id: str, plan: BayPlan) -> None:
    other = await bay_repository.find_namesake(unit, bay_id, location_id=plan.location_id, name=plan.name)
    if other is not None:
        raise BayNameTaken(plan.name, location_id=plan.location_id, other=other)
    if plan.station_id is None or plan.evse is None:
        return
    if not await bay_repository.has_evse(unit, plan.station_id, plan.evse, location_id=plan.location_id):
        raise NoSuchPlace(f"EVSE {plan.evse} of station {plan.station_id}", location_id=plan.location_id)
    taken = await bay_repository.find_bay_of_evse(unit, plan.station_id, plan.evse)
    if taken is not None and taken.id != bay_id:
        raise EvseHasBay(plan.station_id, plan.evse, other=taken.id)


def _check_match(bay: ParkingBay | None, bay_id: str, if_match: str | None) -> None:
    if if_match is None:
        return
    wanted = {one.strip() for one in if_match.split(",")}
    if bay is None or ("*" not in wanted and etag_of(bay) not in wanted):
        raise BayChangedMeanwhile(bay_id, wanted=if_match, version=bay.version if bay else 0)


def _plan_of(bay: ParkingBay) -> BayPlan | None:
    """What the bay was to be; None for one that is made now."""
    if bay.version == 0:
        return None
    return BayPlan(
        location_id=bay.location_id,
        name=bay.name,
        station_id=bay.station_id,
        evse=bay.evse,
        is_accessible=bay.is_accessible,
        is_ev_only=bay.is_ev_only,
        is_reservable=bay.is_reservable,
        max_height_cm=bay.max_height_cm,
        max_stay_s=bay.max_stay_s,
    )
