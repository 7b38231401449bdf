"""Reservations by REST: a driver's own, an operator's whole tenant's."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.kit.auth import Principal, Role
from backoffice.kit.guards import PlacesReader, PoliciesWriter, ReservationsReader, ReservationsWriter
from backoffice.kit.idempotency import IdempotencyKey, once, recall
from backoffice.kit.instants import Instant
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.reservations import lifecycle
from backoffice.reservations.domain import ReservationState, Window, place_of_key
from backoffice.reservations.errors import DriverMissing
from backoffice.reservations.models import ReservationRow
from backoffice.reservations.schemas import (
    Cancellation,
    DriverReservationView,
    LongerReservation,
    NewReservation,
    PlacesBody,
    PolicyBody,
    SlotsView,
)
from backoffice.reservations.service import Reservations, Wish
from protocol.domain.identifiers import DriverId

router = APIRouter(prefix="/reservations", tags=["reservations"])
ReservationsDep = Annotated[Reservations, Depends(provided(Reservations))]
From = Annotated[Instant, Query(alias="from", description="The begin of the time line.")]
Until = Annotated[Instant, Query(description="Its end.")]
OverlapsFrom = Annotated[Instant | None, Query(alias="from", description="Of those that end after that.")]
OverlapsUntil = Annotated[Instant | None, Query(alias="until", description="Of those that begin before that.")]


@router.post("", status_code=201)
async def create_reservation(
    body: NewReservation, principal: ReservationsWriter, reservations: ReservationsDep, key: IdempotencyKey
) -> DriverReservationView:
    """Reserve an EVSE, a parking bay, or both. An operator says for which driver."""
    wish = Wish(
        driver_id=_driver_meant(body, principal),
        places=body.wanted(),
        window=body.window(),
        asked_by=_asker(principal),
    )
    scope = f"{_asker(principal)} reserve"
    async with reservations.database.transaction(principal.tenant) as unit:
        known = await recall(unit, scope=scope, key=key, request=body, view=DriverReservationView)
    if known is not None:
        return known
    described = await reservations.check(principal.tenant, wish)
    async with reservations.database.transaction(principal.tenant) as unit:

        async def create() -> DriverReservationView:
            return DriverReservationView.of(await reservations.create(unit, wish, described))

        return await once(
            unit, scope=scope, key=key, request=body, now=reservations.clock(), view=DriverReservationView, act=create
        )


@router.get("")
async def list_reservations(
    principal: ReservationsReader,
    reservations: ReservationsDep,
    location_id: str | None = None,
    driver_id: str | None = None,
    state: ReservationState | None = None,
    begin: OverlapsFrom = None,
    end: OverlapsUntil = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[DriverReservationView]:
    """A driver's own, or as an operator's calendar those of a location and a time; the first to begin first."""
    async with reservations.database.transaction(principal.tenant) as unit:
        rows = await reservations.list_reservations(
            unit,
            driver_id=principal.driver_id or driver_id,
            location_id=location_id,
            state=state,
            begin=begin,
            end=end,
            cursor=cursor,
            limit=limit,
        )
        return page_of(rows, limit=limit, view=DriverReservationView.of, key=_position_of)


@router.get("/policy")
async def read_reservation_policy(principal: PlacesReader, reservations: ReservationsDep) -> PolicyBody:
    """What the tenant allows, and what it gives for free."""
    async with reservations.database.transaction(principal.tenant) as unit:
        return PolicyBody.of(await reservations.read_policy(unit))


@router.put("/policy")
async def set_policy(body: PolicyBody, operator: PoliciesWriter, reservations: ReservationsDep) -> PolicyBody:
    """From now on, for what is reserved from now on."""
    async with reservations.database.transaction(operator.tenant) as unit:
        await reservations.set_policy(unit, body.policy(), operator_id=operator.subject)
    return body


@router.get("/places/{place_key:path}/slots")
async def list_slots(
    place_key: str, principal: PlacesReader, reservations: ReservationsDep, begin: From, until: Until
) -> SlotsView:
    """When the place can be reserved. A key is `evse/<station>/<number>` or `bay/<id>`."""
    place = place_of_key(place_key)
    return SlotsView.of(place, await reservations.slots(principal.tenant, place, Window(begin, until)))


@router.get("/{reservation_id}")
async def read_reservation(
    reservation_id: str, principal: ReservationsReader, reservations: ReservationsDep
) -> DriverReservationView:
    """One reservation."""
    async with reservations.database.transaction(principal.tenant) as unit:
        return DriverReservationView.of(await reservations.read(unit, reservation_id, driver_id=principal.driver_id))


@router.post("/{reservation_id}/extend")
async def extend_reservation(
    reservation_id: str, body: LongerReservation, principal: ReservationsWriter, reservations: ReservationsDep
) -> DriverReservationView:
    """It ends later, where nobody has the places after it. Asked again, it is as it was asked for."""
    own = principal.driver_id
    await reservations.check_longer(principal.tenant, reservation_id, body.ends_at, by=own)
    async with reservations.database.transaction(principal.tenant) as unit:
        return DriverReservationView.of(await reservations.extend(unit, reservation_id, body.ends_at, by=own))


@router.post("/{reservation_id}/cancel")
async def cancel_reservation(
    reservation_id: str, body: Cancellation, principal: ReservationsWriter, reservations: ReservationsDep
) -> DriverReservationView:
    """Give it up. Free until `free_until`, where it is endangered, or where an operator does it."""
    async with reservations.database.transaction(principal.tenant) as unit:
        row = await reservations.cancel(
            unit, reservation_id, by=principal.driver_id, who=_role(principal), reason=body.reason
        )
        return DriverReservationView.of(row)


@router.post("/{reservation_id}/move", status_code=201)
async def move_reservation(
    reservation_id: str,
    body: PlacesBody,
    principal: ReservationsWriter,
    reservations: ReservationsDep,
    key: IdempotencyKey,
) -> DriverReservationView:
    """Have other places for the same time: another reservation, and the old one is given up for nothing."""
    scope = f"{_asker(principal)} move {reservation_id}"
    async with reservations.database.transaction(principal.tenant) as unit:
        known = await recall(unit, scope=scope, key=key, request=body, view=DriverReservationView)
    if known is not None:
        return known
    wish, described = await reservations.check_move(
        principal.tenant, reservation_id, body.wanted(), by=principal.driver_id, asked_by=_asker(principal)
    )
    async with reservations.database.transaction(principal.tenant) as unit:

        async def move() -> DriverReservationView:
            row = await reservations.move(unit, reservation_id, wish, described, who=_role(principal))
            return DriverReservationView.of(row)

        return await once(
            unit, scope=scope, key=key, request=body, now=reservations.clock(), view=DriverReservationView, act=move
        )


async def _may_follow(reservation_id: str, principal: ReservationsReader, reservations: ReservationsDep) -> Principal:
    """Raises ReservationNotFound before the first byte."""
    async with reservations.database.transaction(principal.tenant) as unit:
        await reservations.read(unit, reservation_id, driver_id=principal.driver_id)
    return principal


@router.get("/{reservation_id}/events", response_class=EventSourceResponse)
async def follow_reservation(
    reservation_id: str, principal: Annotated[Principal, Depends(_may_follow)], events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """The reservation's own events as they are committed; `Last-Event-ID` goes on where a stream broke off."""
    async for event in events.follow(tenant=principal.tenant, key=reservation_id, service="reservations"):
        yield event


def _driver_meant(body: NewReservation, principal: Principal) -> DriverId:
    if principal.role is Role.DRIVER:
        return DriverId(principal.subject)
    if body.driver_id is None:
        raise DriverMissing
    return DriverId(body.driver_id)


def _role(principal: Principal) -> str:
    return lifecycle.BY_DRIVER if principal.role is Role.DRIVER else lifecycle.BY_OPERATOR


def _asker(principal: Principal) -> str:
    return f"{principal.role}:{principal.subject}"


def _position_of(row: ReservationRow) -> tuple[datetime, str]:
    return row.begins_at, row.id
