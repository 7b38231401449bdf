"""What reservations says and answers. Key of every event: the reservation id."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from backoffice.contracts.query import Query
from backoffice.contracts.sessions import PriceLine
from backoffice.contracts.stations import Place
from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import DriverId, TenantId


class ReservationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the events have in common: who has which places of one location, from when to when.

    An EVSE, a parking bay, or both.
    """

    reservation_id: str
    driver_id: DriverId
    location_id: str
    places: tuple[Place, ...]
    begins_at: datetime
    ends_at: datetime


class ReservationCreated(ReservationEvent, frozen=True, kw_only=True):
    """The places are the driver's for that time, and nobody else's."""


class ReservationExtended(ReservationEvent, frozen=True, kw_only=True):
    """It ends later than was said before."""


class ReservationSoon(ReservationEvent, frozen=True, kw_only=True):
    """It begins soon, and nothing is in its way. Said once, and not of one that was made shortly before its begin."""


class ReservationEndangered(ReservationEvent, frozen=True, kw_only=True):
    """It begins soon and somebody is still there, or it begins and the station is away.

    `others`: places that are free for the time, the nearest first. Moving to one of them costs nothing, nor does giving
    it up.
    """

    others: tuple[Place, ...]


class ReservationCancelled(ReservationEvent, frozen=True, kw_only=True):
    """It was given up. `cancelled_by` is driver, operator or closure; what a driver wrote is no `reason` here."""

    at: datetime
    cancelled_by: str
    reason: str


class ReservationExpired(ReservationEvent, frozen=True, kw_only=True):
    """Nobody came within the grace: the places are free again."""

    at: datetime


class ReservationHonoured(ReservationEvent, frozen=True, kw_only=True):
    """The driver came. `session_id`: the charging session, where that is how it was noticed."""

    at: datetime
    session_id: str | None


class ReservationOutcome(StrEnum):
    """How a reservation that costs something ended."""

    HONOURED = "honoured"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ReservationCharged(ReservationEvent, frozen=True, kw_only=True):
    """It is over and costs something: this is what is billed. Totals are rounded, lines are not."""

    outcome: ReservationOutcome
    ended_at: datetime
    tariff_id: str
    tariff_version: int
    currency: str
    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal


EVENTS = (
    EventRow(ReservationCreated, Kind.DOMAIN, "reservations", "created"),
    EventRow(ReservationExtended, Kind.DOMAIN, "reservations", "extended"),
    EventRow(ReservationSoon, Kind.DOMAIN, "reservations", "soon"),
    EventRow(ReservationEndangered, Kind.DOMAIN, "reservations", "endangered"),
    EventRow(ReservationCancelled, Kind.DOMAIN, "reservations", "cancelled"),
    EventRow(ReservationExpired, Kind.DOMAIN, "reservations", "expired"),
    EventRow(ReservationHonoured, Kind.DOMAIN, "reservations", "honoured"),
    EventRow(ReservationCharged, Kind.DOMAIN, "reservations", "charged"),
)


class AskHolder(msgspec.Struct, frozen=True):
    """Whose is this place at that time?"""

    tenant: TenantId
    place: Place
    at: datetime


class Holder(msgspec.Struct, frozen=True):
    """The one whose it is; both None where it is nobody's."""

    driver_id: DriverId | None = None
    reservation_id: str | None = None


HOLDER_OF = Query("reservations", "holder_of", AskHolder, Holder)
