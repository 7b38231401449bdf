"""Closures: maintenance that is planned and outages that came, of EVSEs and parking bays at one location."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from backoffice.contracts.stations import Place, PlacesClosed, PlacesReopened
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.stations import closure_repository, repository
from backoffice.stations.closure_states import CLOSURE, ClosureKind, ClosureState, ClosureTrigger
from backoffice.stations.errors import LocationNotFound
from backoffice.stations.place_errors import (
    ClosureEnded,
    ClosureNotFound,
    ClosureRuns,
    ClosureTimesWrong,
    NoSuchPlace,
)
from backoffice.stations.place_models import Closure
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

MOVE_CLOSURES_EVERY_S = 5.0
_MOVED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """An EVSE, all EVSEs of a station (`evse` None), or a bay."""

    station_id: str | None = None
    evse: int | None = None
    bay_id: str | None = None

    def __str__(self) -> str:
        if self.bay_id is not None:
            return f"parking bay {self.bay_id}"
        if self.evse is None:
            return f"EVSE of a station {self.station_id}"
        return f"EVSE {self.evse} of station {self.station_id}"


@dataclass(frozen=True, slots=True)
class ClosurePlan:
    """What a closure is to be. `places` None: the whole location. `since` None: from now on."""

    location_id: str
    kind: str
    reason: str
    since: datetime | None
    until: datetime | None
    places: Collection[NamedPlace] | None


@dataclass(frozen=True, slots=True)
class ClosureChange:
    """What is to be different; None: as it was. `is_open_ended`: nobody knows any more until when."""

    since: datetime | None = None
    until: datetime | None = None
    is_open_ended: bool = False
    reason: str | None = None
    places: Collection[NamedPlace] | None = None


class Closures:
    """The use cases of closures."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def create(self, unit: Unit, plan: ClosurePlan, *, by: str) -> Closure:
        """The places are closed for the time, and everybody is told. Others may overlap with it.

        Raises LocationNotFound, NoSuchPlace and ClosureTimesWrong.
        """
        now = self.clock()
        if await repository.find_location(unit, plan.location_id) is None:
            raise LocationNotFound(plan.location_id)
        since = plan.since or now
        _check_times(since, plan.until, now=now)
        places = await _places(unit, plan.location_id, plan.places)
        closure = Closure(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            location_id=plan.location_id,
            kind=plan.kind,
            reason=plan.reason,
            since=since,
            until=plan.until,
            state=ClosureState.PLANNED,
            state_at=now,
            created_by=by,
            created_at=now,
        )
        if since <= now:
            closure.state = CLOSURE.advance(ClosureState.PLANNED, ClosureTrigger.BEGUN)
        unit.session.add(closure)
        await unit.session.flush()
        await self._close(unit, closure, places, now=now)
        return closure

    async def change(self, unit: Unit, closure_id: str, change: ClosureChange) -> Closure:
        """The closure is as said, and everybody is told anew.

        Raises ClosureNotFound, ClosureEnded, ClosureRuns, NoSuchPlace and ClosureTimesWrong.
        """
        now = self.clock()
        closure = await self._lock_open(unit, closure_id)
        if change.since is not None and change.since != closure.since:
            if closure.state == ClosureState.RUNNING:
                raise ClosureRuns(closure_id, since=closure.since)
            closure.since = change.since
        if change.until is not None or change.is_open_ended:
            closure.until = change.until
        _check_times(closure.since, closure.until, now=now)
        closure.reason = change.reason or closure.reason
        if change.places is None:
            places: Collection[Place] = (await closure_repository.places_of(unit, [closure_id]))[closure_id]
        else:
            places = await _places(unit, closure.location_id, change.places)
        await self._close(unit, closure, places, now=now)
        return closure

    async def end(self, unit: Unit, closure_id: str) -> Closure:
        """One that runs is over from now on, one that was planned is called off.

        Raises ClosureNotFound and ClosureEnded.
        """
        closure = await self._lock_open(unit, closure_id)
        now = self.clock()
        if closure.state == ClosureState.PLANNED and closure.since <= now:
            await self._move(unit, closure, ClosureTrigger.BEGUN, at=closure.since)
        if closure.state == ClosureState.RUNNING:
            closure.until = min(closure.until or now, now)
        await self._move(unit, closure, ClosureTrigger.ENDED, at=now)
        return closure

    async def read(self, unit: Unit, closure_id: str) -> Closure:
        """The closure. Raises ClosureNotFound."""
        closure = await closure_repository.find_closure(unit, closure_id)
        if closure is None:
            raise ClosureNotFound(closure_id)
        return closure

    async def move_due(self) -> None:
        """Those of all tenants whose time has come run, those whose time has passed are over."""
        while await self._move_some():
            continue

    async def _move_some(self) -> bool:
        """Whether there may be more."""
        now = self.clock()
        async with self.database.transaction(ALL_TENANTS) as unit:
            due = await closure_repository.list_due(unit, now, limit=_MOVED_AT_ONCE)
            for closure in due:
                await unit.act_for(TenantId(closure.tenant_id))
                is_past = closure.until is not None and closure.until <= now
                await self._move(unit, closure, ClosureTrigger.TIME_UP if is_past else ClosureTrigger.BEGUN, at=now)
                await unit.session.flush()
        return len(due) == _MOVED_AT_ONCE

    async def _move(self, unit: Unit, closure: Closure, trigger: ClosureTrigger, *, at: datetime) -> None:
        closure.state = CLOSURE.advance(ClosureState(closure.state), trigger)
        closure.state_at = at
        if not CLOSURE.is_terminal(ClosureState(closure.state)):
            return
        places = (await closure_repository.places_of(unit, [closure.id]))[closure.id]
        await closure_repository.reopen_places(unit, closure.id)
        reopened = PlacesReopened(closure_id=closure.id, location_id=closure.location_id, places=places, at=at)
        await unit.publish(reopened, key=closure.id, now=self.clock())

    async def _close(self, unit: Unit, closure: Closure, places: Collection[Place], *, now: datetime) -> None:
        await closure_repository.save_places(unit, closure, places)
        closed = PlacesClosed(
            closure_id=closure.id,
            location_id=closure.location_id,
            places=tuple(sorted(places, key=lambda place: place.key)),
            since=closure.since,
            until=closure.until,
            reason=closure.reason,
            is_planned=closure.kind == ClosureKind.MAINTENANCE,
        )
        await unit.publish(closed, key=closure.id, now=now)

    async def _lock_open(self, unit: Unit, closure_id: str) -> Closure:
        closure = await closure_repository.lock_closure(unit, closure_id)
        if closure is None:
            raise ClosureNotFound(closure_id)
        if CLOSURE.is_terminal(ClosureState(closure.state)):
            raise ClosureEnded(closure_id, state=closure.state)
        return closure


def _check_times(since: datetime, until: datetime | None, *, now: datetime) -> None:
    if until is not None and (until <= since or until <= now):
        raise ClosureTimesWrong(since=since, until=until, now=now)


async def _places(unit: Unit, location_id: str, named: Collection[NamedPlace] | None) -> set[Place]:
    """The places that are meant. Raises NoSuchPlace for one that is not at the location."""
    there = await closure_repository.places_at(unit, location_id)
    if named is None:
        return there
    meant: set[Place] = set()
    for one in named:
        fitting = {place for place in there if _is_meant(place, one)}
        if not fitting:
            raise NoSuchPlace(str(one), location_id=location_id)
        meant |= fitting
    return meant


def _is_meant(place: Place, named: NamedPlace) -> bool:
    if named.bay_id is not None:
        return place.bay_id == named.bay_id
    return place.station_id == named.station_id and named.evse in (None, place.evse)
