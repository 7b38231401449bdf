"""What a reservation that has ended costs, said once.

The tariff is the one that held, for its driver and its first place, when the reservation was made: that is the price
which was agreed to, and the answer for a past time never changes.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from backoffice.contracts.reservations import ReservationCharged, ReservationOutcome
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.workers import try_each
from backoffice.pricing.calculation import Price
from backoffice.pricing.reservation import price_reservation, reserved_period
from backoffice.pricing.tariff import read_tariff
from backoffice.reservations import lifecycle, repository
from backoffice.reservations.domain import ReservationState, evse_of
from backoffice.reservations.models import ReservationRow
from backoffice.reservations.settings import ReservationsSettings
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, StationId, TenantId

_AT_A_TIME = 100
_AT_ONCE = 8

_OUTCOME_OF = {
    ReservationState.HONOURED: ReservationOutcome.HONOURED,
    ReservationState.CANCELLED: ReservationOutcome.CANCELLED,
    ReservationState.EXPIRED: ReservationOutcome.EXPIRED,
}


def price_of(row: ReservationRow, tariff: bytes) -> Price:
    """What the reservation costs, from its begin until it ended; a driver who came early has taken no time."""
    assert row.ended_at is not None
    return price_reservation(
        read_tariff(tariff),
        [reserved_period(row.begins_at, row.ended_at)],
        has_expired=row.state == ReservationState.EXPIRED,
        timezone=ZoneInfo(row.timezone),
    )


class Charges:
    """Prices every reservation that has ended and is not free."""

    def __init__(self, database: Database, bus: Bus, *, settings: ReservationsSettings, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._no_shows_wait = timedelta(seconds=settings.no_show_billed_after_s)
        self._clock = clock

    async def settle(self) -> None:
        """What has ended has a price, and what costs something is said.

        Later where nobody came: it may be heard of yet that somebody did.
        """
        expired_before = self._clock() - self._no_shows_wait
        async with self._database.transaction(ALL_TENANTS) as unit:
            due = await repository.select_owing(unit, expired_before=expired_before, limit=_AT_A_TIME)
        await try_each(due, self._settle_one, at_once=_AT_ONCE)

    async def _settle_one(self, due: repository.Due) -> None:
        tenant, reservation_id = TenantId(due[0]), due[1]
        async with self._database.transaction(tenant) as unit:
            row = await repository.read_reservation(unit, reservation_id)
        assert row is not None
        tariff = await self._bus.ask(TARIFF_IN_FORCE, _question(tenant, row))
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            if row is None or not row.owes_price:
                return
            cost = price_of(row, bytes(tariff.tariff))
            _take(row, tariff, cost)
            if cost.total_incl_vat > 0:
                charged = event_id(tenant, "reservation_charged", row.id)
                await unit.publish(_charged(row, cost), key=row.id, now=self._clock(), event_id=charged)


def _question(tenant: TenantId, row: ReservationRow) -> TariffInForce:
    places = lifecycle.places_of(row)
    evse = evse_of(places)
    return TariffInForce(
        tenant,
        StationId(evse.station_id or "") if evse else StationId(""),
        (evse.evse or 0) if evse else 0,
        row.created_at,
        DriverId(row.driver_id),
        location_id=row.location_id,
        bay_id=next((place.bay_id for place in places if place.bay_id is not None), None),
    )


def _take(row: ReservationRow, tariff: TariffVersion, cost: Price) -> None:
    row.owes_price = False
    row.tariff_id, row.tariff_version, row.currency = tariff.tariff_id, tariff.version, cost.currency
    row.lines = msgspec.to_builtins(cost.lines)
    row.total_excl_vat, row.total_incl_vat = cost.total_excl_vat, cost.total_incl_vat


def _charged(row: ReservationRow, cost: Price) -> ReservationCharged:
    return lifecycle.event_of(
        ReservationCharged,
        row,
        outcome=_OUTCOME_OF[ReservationState(row.state)],
        ended_at=row.ended_at,
        tariff_id=row.tariff_id,
        tariff_version=row.tariff_version,
        currency=cost.currency,
        lines=cost.lines,
        total_excl_vat=cost.total_excl_vat,
        total_incl_vat=cost.total_incl_vat,
    )
