"""Places as stations describes them: whether one can be had for a time, and when one is closed.

Asked before any transaction begins, and once more by whoever looks at a place before its reservation begins.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backoffice.contracts.stations import DESCRIBE_PLACE, DescribePlace, Place, PlaceDescription
from backoffice.kit.bus import Bus
from backoffice.reservations.domain import Window
from backoffice.reservations.errors import (
    PlaceClosed,
    PlaceNotFound,
    PlaceNotReservable,
    PlaceOccupied,
    PlacesApart,
)
from protocol.domain.identifiers import TenantId

FINEST_SLOT = timedelta(minutes=15)
MOST_QUESTIONS = 96


@dataclass(frozen=True, slots=True)
class Described:
    """What is reserved: its places in the order of their keys, each with what was said of it."""

    places: tuple[tuple[Place, PlaceDescription], ...]

    @property
    def location_id(self) -> str:
        """Where they are."""
        return self.places[0][1].location_id

    @property
    def timezone(self) -> str:
        """The clock there."""
        return self.places[0][1].timezone


async def describe(bus: Bus, tenant: TenantId, place: Place, window: Window) -> PlaceDescription:
    """What stations says of the place and that time. Raises PlaceNotFound, ServiceSilent."""
    described = await bus.ask(DESCRIBE_PLACE, DescribePlace(tenant, place, window.begin, window.end))
    if not described.is_known:
        raise PlaceNotFound(place.key)
    return described


async def describe_all(
    bus: Bus, tenant: TenantId, places: Sequence[Place], window: Window, *, begins_at_once: bool
) -> Described:
    """All of them, at one location, open for that time, and free where it begins at once. Raises what they are not."""
    ordered = sorted(places, key=lambda place: place.key)
    found = await asyncio.gather(*(describe(bus, tenant, place, window) for place in ordered))
    for place, described in zip(ordered, found, strict=True):
        if not described.is_reservable:
            raise PlaceNotReservable(place.key)
        if described.is_closed:
            raise PlaceClosed(place.key)
        if described.is_taken and begins_at_once:
            raise PlaceOccupied(place.key)
    if len({described.location_id for described in found}) > 1:
        raise PlacesApart
    return Described(tuple(zip(ordered, found, strict=True)))


class OpenTimes:
    """Cuts a time line to what is open, by questions that are halved until they are fine enough.

    Each question says only whether a place is closed at some time of it. At most MOST_QUESTIONS are asked; what is
    unknown then counts as closed.
    """

    def __init__(self, bus: Bus, tenant: TenantId, place: Place) -> None:
        self._bus = bus
        self._tenant = tenant
        self._place = place
        self._asked = 0

    async def within(self, slots: Sequence[Window]) -> list[Window]:
        """What of the slots, which are in order, is open."""
        found: list[Window] = []
        for slot in slots:
            found += await self._open(slot)
        return list(_joined(found))

    async def _open(self, slot: Window) -> list[Window]:
        if self._asked == MOST_QUESTIONS:
            return []
        self._asked += 1
        if not (await describe(self._bus, self._tenant, self._place, slot)).is_closed:
            return [slot]
        if slot.length <= FINEST_SLOT:
            return []
        middle = slot.begin + slot.length / 2
        return [*await self._open(Window(slot.begin, middle)), *await self._open(Window(middle, slot.end))]


def _joined(windows: Sequence[Window]) -> Iterator[Window]:
    """Neighbours as one."""
    last: Window | None = None
    for window in windows:
        if last is not None and last.end == window.begin:
            last = Window(last.begin, window.end)
            continue
        if last is not None:
            yield last
        last = window
    if last is not None:
        yield last
