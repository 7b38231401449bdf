"""Reservations are made, prolonged, moved and given up. Methods with a `unit` work in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from backoffice.contracts.reservations import AskHolder, Holder, ReservationExtended
from backoffice.contracts.stations import Place
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.reservations import lifecycle, repository
from backoffice.reservations.domain import (
    HOLDING,
    HoldState,
    Policy,
    ReservationState,
    Window,
    evse_of,
    free_slots,
)
from backoffice.reservations.errors import (
    PlaceReserved,
    ReservationNotFound,
    ReservationOver,
    TooManyReservations,
    WindowRefused,
)
from backoffice.reservations.models import ReservationRow, ReservedPlaceRow
from backoffice.reservations.places import Described, OpenTimes, describe, describe_all
from backoffice.reservations.settings import ReservationsSettings
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import DriverId, TenantId

_CLOCKS_DIFFER_BY = timedelta(seconds=60)
LONGEST_TIME_LINE = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to have reserved, for whom, and who asks."""

    driver_id: DriverId
    places: Sequence[Place]
    window: Window
    asked_by: str


@dataclass(frozen=True, slots=True)
class Slots:
    """When a place can be reserved."""

    is_reservable: bool
    timezone: str
    free: Sequence[Window]


class Reservations:
    """Who has which place when."""

    def __init__(self, database: Database, bus: Bus, *, settings: ReservationsSettings, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus
        self._settings = settings

    async def check(self, tenant: TenantId, wish: Wish) -> Described:
        """The places of the wish. Raises what forbids it but other reservations: WindowRefused, PlaceNotFound, …"""
        now = self.clock()
        async with self.database.transaction(tenant) as unit:
            policy = await self.read_policy(unit)
        _check_window(wish.window, policy, now=now)
        return await self._describe(tenant, wish, now=now)

    async def create(
        self, unit: Unit, wish: Wish, described: Described, *, moved_from: str | None = None
    ) -> ReservationRow:
        """The places are the driver's. Raises PlaceReserved, TooManyReservations."""
        keys = [place.key for place, _ in described.places]
        await repository.lock(unit, [*keys, f"driver/{wish.driver_id}"])
        now, policy = self.clock(), await self.read_policy(unit)
        if await repository.count_coming(unit, wish.driver_id, now) >= policy.at_once:
            raise TooManyReservations(policy.at_once)
        row = self._row(unit, wish, described, policy, now=now)
        row.number, row.moved_from = await repository.next_number(unit), moved_from
        held_until = _held_until(row, wish.window.end)
        await _must_be_free(unit, keys, wish.window.begin, held_until)
        places = [
            ReservedPlaceRow(
                tenant_id=unit.tenant,
                reservation_id=row.id,
                place_key=place.key,
                serves_key=description.serves.key if description.serves else None,
                held_from=wish.window.begin,
                held_until=held_until,
                is_active=True,
            )
            for place, description in described.places
        ]
        await lifecycle.confirm(unit, row, places, now=now)
        return row

    async def check_longer(self, tenant: TenantId, reservation_id: str, ends_at: datetime, *, by: str | None) -> None:
        """Raises what forbids to prolong it so far, but for other reservations."""
        async with self.database.transaction(tenant) as unit:
            row = await self.read(unit, reservation_id, driver_id=by)
            policy = await self.read_policy(unit)
        if ends_at <= row.ends_at:
            return
        if ends_at - row.begins_at > timedelta(seconds=policy.longest_s):
            raise WindowRefused(f"A reservation is {timedelta(seconds=policy.longest_s)} long at most.")
        more = Window(row.ends_at, ends_at)
        await describe_all(self._bus, tenant, lifecycle.places_of(row), more, begins_at_once=False)

    async def extend(self, unit: Unit, reservation_id: str, ends_at: datetime, *, by: str | None) -> ReservationRow:
        """It ends then; already so, nothing changes. Raises PlaceReserved where somebody has it after this one."""
        row = await self._find(unit, reservation_id, driver_id=by)
        now = self.clock()
        if row.state not in HOLDING or row.ends_at <= now:
            raise ReservationOver(row.id, row.state, wanted="only one that is still to come or runs can be prolonged")
        if ends_at == row.ends_at:
            return row
        if ends_at < row.ends_at:
            raise WindowRefused("A reservation is prolonged, not shortened: give it up to end it sooner.")
        keys = [place.key for place in lifecycle.places_of(row)]
        held_until = _held_until(row, ends_at)
        await repository.lock(unit, keys)
        await _must_be_free(unit, keys, row.begins_at, held_until, but=row.id)
        await repository.hold_places_until(unit, row.id, held_until)
        lifecycle.prolong(row, ends_at, expires_at=_expires_at(row.begins_at, ends_at, grace_s=row.grace_s), now=now)
        await unit.publish(lifecycle.event_of(ReservationExtended, row), key=row.id, now=now)
        return row

    async def cancel(self, unit: Unit, reservation_id: str, *, by: str | None, who: str, reason: str) -> ReservationRow:
        """It is given up; already so, nothing changes. Raises ReservationOver where it was honoured or has expired."""
        row = await self._find(unit, reservation_id, driver_id=by)
        if row.state == ReservationState.CANCELLED:
            return row
        if row.state != ReservationState.CONFIRMED:
            raise ReservationOver(row.id, row.state, wanted="only one that is still to come can be given up")
        await lifecycle.cancel(unit, row, by=who, reason=reason, now=self.clock())
        return row

    async def check_move(
        self, tenant: TenantId, reservation_id: str, places: Sequence[Place], *, by: str | None, asked_by: str
    ) -> tuple[Wish, Described]:
        """The wish that a move is: the same time, as far as it is still to come, at other places."""
        async with self.database.transaction(tenant) as unit:
            row = await self.read(unit, reservation_id, driver_id=by)
        now = self.clock()
        _must_be_movable(row, now)
        window = Window(max(row.begins_at, now), row.ends_at)
        wish = Wish(driver_id=DriverId(row.driver_id), places=places, window=window, asked_by=asked_by)
        return wish, await self._describe(tenant, wish, now=now)

    async def move(
        self, unit: Unit, reservation_id: str, wish: Wish, described: Described, *, who: str
    ) -> ReservationRow:
        """The old one is given up and costs nothing, and another one has the new places, both or neither."""
        row = await self._find(unit, reservation_id, driver_id=None)
        now = self.clock()
        _must_be_movable(row, now)
        # It may have been prolonged since the places were looked at; closures are looked at once more before the begin.
        wish = replace(wish, window=Window(max(row.begins_at, now), row.ends_at))
        # The time is paid for once, at the place where it ends.
        row.free_until = max(row.free_until, now)
        await lifecycle.cancel(unit, row, by=who, reason="moved", now=now)
        return await self.create(unit, wish, described, moved_from=row.id)

    async def read(self, unit: Unit, reservation_id: str, *, driver_id: str | None) -> ReservationRow:
        """The reservation, to look at. Raises ReservationNotFound, also where it is another driver's."""
        row = await repository.read_reservation(unit, reservation_id)
        return _of_driver(row, reservation_id, driver_id)

    async def list_reservations(
        self,
        unit: Unit,
        *,
        driver_id: str | None,
        location_id: str | None,
        state: ReservationState | None,
        begin: datetime | None,
        end: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Sequence[ReservationRow]:
        """A page's rows, the first to begin first, and one more than `limit`. What is None bounds nothing."""
        wanted = repository.matching(driver_id=driver_id, location_id=location_id, state=state, begin=begin, end=end)
        return await repository.page_of_reservations(unit, wanted=wanted, cursor=cursor, limit=limit)

    async def slots(self, tenant: TenantId, place: Place, window: Window) -> Slots:
        """When the place can be reserved within the window. Raises WindowRefused, PlaceNotFound."""
        if not timedelta() < window.length <= LONGEST_TIME_LINE:
            raise WindowRefused(f"A time line is {LONGEST_TIME_LINE.days} days long at most, and ends after it begins.")
        described = await describe(self._bus, tenant, place, window)
        if not described.is_reservable:
            return Slots(False, described.timezone, ())
        async with self.database.transaction(tenant) as unit:
            buffer = timedelta(seconds=(await self.read_policy(unit)).buffer_s)
            taken = await repository.list_taken(unit, place.key, window.begin, window.end + buffer)
        free = list(free_slots(window, taken, buffer=buffer))
        if described.is_closed:
            free = await OpenTimes(self._bus, tenant, place).within(free)
        return Slots(True, described.timezone, free)

    async def read_policy(self, unit: Unit) -> Policy:
        """The tenant's policy, else that of the settings."""
        settings = self._settings
        return await repository.find_policy(unit) or Policy(
            free_cancellation_s=settings.free_cancellation_s,
            grace_s=settings.grace_s,
            buffer_s=settings.buffer_s,
            shortest_s=settings.shortest_s,
            longest_s=settings.longest_s,
            ahead_s=settings.ahead_s,
            at_once=settings.at_once,
        )

    async def set_policy(self, unit: Unit, policy: Policy, *, operator_id: str) -> None:
        """It holds for what is reserved from now on."""
        await repository.save_policy(unit, policy, now=self.clock(), operator_id=operator_id)

    async def answer_holder(self, question: AskHolder) -> Holder:
        """Whose the place is then."""
        async with self.database.transaction(question.tenant) as unit:
            row = await repository.find_holder(unit, question.place.key, question.at)
        return Holder() if row is None else Holder(DriverId(row.driver_id), row.id)

    async def _describe(self, tenant: TenantId, wish: Wish, *, now: datetime) -> Described:
        begins_at_once = wish.window.begin <= now + timedelta(seconds=self._settings.warn_s)
        return await describe_all(self._bus, tenant, wish.places, wish.window, begins_at_once=begins_at_once)

    async def _find(self, unit: Unit, reservation_id: str, *, driver_id: str | None) -> ReservationRow:
        row = await repository.find_reservation(unit, reservation_id)
        return _of_driver(row, reservation_id, driver_id)

    def _row(self, unit: Unit, wish: Wish, described: Described, policy: Policy, *, now: datetime) -> ReservationRow:
        begins_at, ends_at = wish.window.begin, wish.window.end
        places = [place for place, _ in described.places]
        evse = evse_of(places)
        settings = self._settings
        return ReservationRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            driver_id=wish.driver_id,
            location_id=described.location_id,
            timezone=described.timezone,
            places=msgspec.to_builtins(places),
            station_id=evse.station_id if evse else None,
            evse=evse.evse if evse else None,
            begins_at=begins_at,
            ends_at=ends_at,
            expires_at=_expires_at(begins_at, ends_at, grace_s=policy.grace_s),
            free_until=begins_at - timedelta(seconds=policy.free_cancellation_s),
            grace_s=policy.grace_s,
            buffer_s=policy.buffer_s,
            state=ReservationState.CONFIRMED,
            created_at=now,
            created_by=wish.asked_by,
            hold_state=HoldState.UNSENT,
            hold_detail="",
            hold_attempts=0,
            hold_due_at=begins_at - timedelta(seconds=settings.lead_s) if evse else None,
            watch_at=begins_at - timedelta(seconds=settings.warn_s),
            reason="",
            is_free=False,
            owes_price=False,
        )


def _of_driver(row: ReservationRow | None, reservation_id: str, driver_id: str | None) -> ReservationRow:
    if row is None or driver_id not in (None, row.driver_id):
        raise ReservationNotFound(reservation_id)
    return row


def _must_be_movable(row: ReservationRow, now: datetime) -> None:
    """Raises ReservationOver. What was kept free for somebody is not given back for nothing by moving on, and on."""
    if row.state != ReservationState.CONFIRMED or (row.begins_at <= now and row.endangered_at is None):
        wanted = "only one that is still to come, or whose place is taken, can be moved"
        raise ReservationOver(row.id, row.state, wanted=wanted)
    if row.ends_at <= now:
        raise ReservationOver(row.id, row.state, wanted="only one that is not over can be moved")


def _check_window(window: Window, policy: Policy, *, now: datetime) -> None:
    if window.begin < now - _CLOCKS_DIFFER_BY:
        raise WindowRefused(f"A reservation does not begin in the past: it is {now:%Y-%m-%d %H:%M} UTC.")
    if window.begin > now + timedelta(seconds=policy.ahead_s):
        raise WindowRefused(f"A reservation begins within {timedelta(seconds=policy.ahead_s)} from now.")
    if window.length < timedelta(seconds=policy.shortest_s):
        raise WindowRefused(f"A reservation is {timedelta(seconds=policy.shortest_s)} long at least.")
    if window.length > timedelta(seconds=policy.longest_s):
        raise WindowRefused(f"A reservation is {timedelta(seconds=policy.longest_s)} long at most.")


def _expires_at(begins_at: datetime, ends_at: datetime, *, grace_s: int) -> datetime:
    return min(begins_at + timedelta(seconds=grace_s), ends_at)


def _held_until(row: ReservationRow, ends_at: datetime) -> datetime:
    return ends_at + timedelta(seconds=row.buffer_s)


async def _must_be_free(
    unit: Unit, keys: Sequence[str], begin: datetime, end: datetime, *, but: str | None = None
) -> None:
    other = await repository.find_overlapping(unit, keys, begin, end, but=but)
    if other is not None:
        raise PlaceReserved(other.place_key, other.held_from, other.held_until)
