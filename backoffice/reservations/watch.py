"""The time before and after a begin: places that are still taken, and drivers who do not come.

Everything is decided by the row once more when it is locked, so a run that is repeated changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backoffice.contracts.reservations import ReservationEndangered, ReservationSoon
from backoffice.contracts.stations import (
    DESCRIBE_PLACE,
    FIND_OTHER_PLACES,
    DescribePlace,
    FindOtherPlaces,
    Place,
    PlaceDescription,
)
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from backoffice.reservations import lifecycle, repository
from backoffice.reservations.domain import ReservationState, Window
from backoffice.reservations.models import ReservationRow
from backoffice.reservations.settings import ReservationsSettings
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import TenantId

_AT_A_TIME = 100
_AT_ONCE = 8
_LOOK_AGAIN_AFTER = timedelta(seconds=60)
_IS_CONFIRMED = ReservationRow.state == ReservationState.CONFIRMED


class _Seen(NamedTuple):
    """What was found at the places: those that the driver may not get, and why it is given up, if it is.

    `is_last`: nobody looks again.
    """

    endangered: Sequence[Place]
    closed: str
    is_last: bool


class Watch:
    """Looks at places before their reservations begin, and ends the wait for drivers who do not come."""

    def __init__(self, database: Database, bus: Bus, *, settings: ReservationsSettings, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._settings = settings
        self._clock = clock

    async def look(self) -> None:
        """Whoever will find somebody at their place has been told, with places that are free."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            due = await repository.select_due(
                unit, ReservationRow.watch_at, self._clock(), _IS_CONFIRMED, limit=_AT_A_TIME
            )
        await try_each(due, self._look_at, at_once=_AT_ONCE)

    async def expire(self) -> None:
        """Reservations whose driver did not come within the grace have expired.

        A little later than that: the event that somebody came may be under way.
        """
        latest = self._clock() - timedelta(seconds=self._settings.late_events_s)
        async with self._database.transaction(ALL_TENANTS) as unit:
            due = await repository.select_due(unit, ReservationRow.expires_at, latest, _IS_CONFIRMED, limit=_AT_A_TIME)
        await try_each(due, self._expire_one)

    async def _look_at(self, due: repository.Due) -> None:
        tenant, reservation_id = TenantId(due[0]), due[1]
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            if row is None or row.state != ReservationState.CONFIRMED:
                return
            now, is_last = self._clock(), row.watch_at is not None and row.watch_at >= row.begins_at
            row.watch_at = now + _LOOK_AGAIN_AFTER  # also where nobody answers
            places, window = lifecycle.places_of(row), Window(max(now, row.begins_at), row.ends_at)
            buffer = timedelta(seconds=row.buffer_s)
            theirs = await _held_already(unit, row, places, now=now)
        if window.length <= timedelta():
            return
        seen = await self._see(tenant, places, window, theirs=theirs, is_last=is_last)
        is_endangered = seen.endangered and not seen.closed
        others = await self._find_others(tenant, seen.endangered, window, buffer=buffer) if is_endangered else ()
        await self._conclude(tenant, reservation_id, seen, others)

    async def _see(
        self, tenant: TenantId, places: Sequence[Place], window: Window, *, theirs: Collection[Place], is_last: bool
    ) -> _Seen:
        """Before the begin somebody who is there is in the way. Of the last look, at the begin, that is the driver.

        A station that is away before the begin may be back for it; one that is away then lets nobody charge.
        """
        found = [
            await self._bus.ask(DESCRIBE_PLACE, DescribePlace(tenant, place, window.begin, window.end))
            for place in places
        ]
        described = list(zip(places, found, strict=True))
        if is_last:
            endangered = [place for place, one in described if place.evse is not None and not one.is_online]
        else:
            endangered = [place for place, one in described if one.is_taken and place not in theirs]
        return _Seen(endangered, next((why for one in found if (why := _why_closed(one))), ""), is_last)

    async def _find_others(
        self, tenant: TenantId, endangered: Sequence[Place], window: Window, *, buffer: timedelta
    ) -> tuple[Place, ...]:
        """Free places like those that are endangered, the nearest first, without what is reserved then."""
        found: dict[Place, None] = {}
        for place in endangered:
            question = FindOtherPlaces(tenant, place, window.begin, window.end)
            found |= dict.fromkeys((await self._bus.ask(FIND_OTHER_PLACES, question)).places)
        async with self._database.transaction(tenant) as unit:
            reserved = await repository.reserved_keys(
                unit, [place.key for place in found], window.begin, window.end + buffer
            )
        return tuple(place for place in found if place.key not in reserved)

    async def _conclude(self, tenant: TenantId, reservation_id: str, seen: _Seen, others: tuple[Place, ...]) -> None:
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            if row is None or row.state != ReservationState.CONFIRMED:
                return
            now = self._clock()
            if seen.closed:
                await lifecycle.cancel(unit, row, by=lifecycle.BY_CLOSURE, reason=seen.closed, now=now)
            elif seen.endangered:
                row.endangered_at, row.watch_at = now, None
                endangered = lifecycle.event_of(ReservationEndangered, row, others=others)
                await unit.publish(endangered, key=row.id, now=now)
            else:
                if not seen.is_last:
                    await self._say_soon(unit, row, now=now)
                # The last one is at the begin.
                row.watch_at = None if seen.is_last else min(now + _LOOK_AGAIN_AFTER, row.begins_at)

    async def _say_soon(self, unit: Unit, row: ReservationRow, *, now: datetime) -> None:
        """Its driver is reminded once: the same event id makes every look but the first say nothing new."""
        if row.begins_at - row.created_at > timedelta(seconds=self._settings.warn_s):
            said_once = event_id(unit.tenant, "reservation soon", row.id)
            await unit.publish(lifecycle.event_of(ReservationSoon, row), key=row.id, now=now, event_id=said_once)

    async def _expire_one(self, due: repository.Due) -> None:
        tenant, reservation_id = TenantId(due[0]), due[1]
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            if row is not None and row.state == ReservationState.CONFIRMED:
                await lifecycle.expire(unit, row, now=self._clock())


async def _held_already(
    unit: Unit, row: ReservationRow, places: Sequence[Place], *, now: datetime
) -> Collection[Place]:
    """Where the driver is by an earlier reservation of their own: nobody is in their way there."""
    holders = [(place, await repository.find_holder(unit, place.key, now)) for place in places]
    return {
        place
        for place, holder in holders
        if holder is not None and holder.driver_id == row.driver_id and holder.state == ReservationState.HONOURED
    }


def _why_closed(described: PlaceDescription) -> str:
    """Why nobody can have the place; empty where they can."""
    if not described.is_known:
        return "the place does not exist any more"
    return "the place is closed" if described.is_closed else ""
