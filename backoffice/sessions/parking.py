"""Stays in parking bays: begun and ended by the bay, claimed by their drivers, priced when the vehicle has left.

Whose a stay is: who checks in by app, who begins to charge at the bay's EVSE, or whose reservation holds then. The
first of them stands.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
import structlog

from backoffice.contracts.reservations import HOLDER_OF, AskHolder, Holder, ReservationHonoured
from backoffice.contracts.sessions import (
    ChargingSessionStarted,
    ParkingSessionCompleted,
    ParkingSessionStarted,
    parking_session_id_of,
)
from backoffice.contracts.stations import (
    DESCRIBE_PLACE,
    BayOccupied,
    BayVacated,
    DescribePlace,
    Place,
    PlaceDescription,
)
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import Failure
from backoffice.kit.workers import try_each
from backoffice.sessions import parking_repository as repository
from backoffice.sessions.errors import BayIsEmpty, ParkedByAnother, SessionNotFound
from backoffice.sessions.models import ParkingRow
from backoffice.sessions.parking_domain import ParkingState, price_of_stay
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, StationId, TenantId

log = structlog.get_logger(__name__)

_STAYS_A_ROUND = 100


class ParkingEvents:
    """What happens at bays becomes stays."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def on_occupied(self, event: BayOccupied, _delivery: Delivery, unit: Unit) -> None:
        """A stay begins; one that was going on there has ended, without anybody having said so."""
        before = await repository.find_stay_in(unit, event.bay_id)
        if before is not None:
            if before.started_at >= event.at:
                if before.started_at == event.at:  # said again, with the plate that was read meanwhile
                    before.plate_ref = event.plate_ref or before.plate_ref
                return
            _end(before, event.at, now=self._clock())
            await unit.session.flush()
        stay_id = parking_session_id_of(unit.tenant, event.bay_id, event.at)
        values = {
            "tenant_id": unit.tenant,
            "id": stay_id,
            "bay_id": event.bay_id,
            "location_id": event.location_id,
            "station_id": event.station_id,
            "evse": event.evse,
            "plate_ref": event.plate_ref,
            "state": ParkingState.PARKED,
            "started_at": event.at,
            "is_asked_for": False,
            "timezone": "UTC",
            "currency": "",
            "cost_excl_vat": 0,
            "cost_incl_vat": 0,
            "updated_at": self._clock(),
        }
        if await repository.insert_stay(unit, values):
            stay = await repository.find_stay(unit, stay_id)
            assert stay is not None
            await announce(unit, stay, now=self._clock())

    async def on_vacated(self, event: BayVacated, _delivery: Delivery, unit: Unit) -> None:
        """The stay there has ended; it is priced as soon as it is known by what."""
        stay = await repository.find_stay_in(unit, event.bay_id)
        if stay is not None and stay.started_at <= event.at:
            _end(stay, event.at, now=self._clock())

    async def on_reservation_honoured(self, event: ReservationHonoured, _delivery: Delivery, unit: Unit) -> None:
        """The driver whose bay it was has come."""
        for place in event.places:
            stay = await repository.find_stay_in(unit, place.bay_id) if place.bay_id else None
            if stay is not None and stay.started_at <= event.at:
                await give(unit, stay, event.driver_id, now=self._clock(), reservation_id=event.reservation_id)

    async def on_charging_started(self, event: ChargingSessionStarted, _delivery: Delivery, unit: Unit) -> None:
        """Whoever charges stands there too, unless the vehicle came later: then it is another one."""
        if event.driver_id is not None:
            for stay in await repository.find_stays_at(unit, event.station_id, event.evse):
                if stay.started_at <= event.started_at:
                    await give(unit, stay, event.driver_id, now=self._clock())


class Parking:
    """What drivers and operators see of stays; `driver_id` None is staff; `sites`: at these alone."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def claim(self, unit: Unit, bay_id: str, driver_id: DriverId, *, since: datetime | None = None) -> ParkingRow:
        """The stay in the bay is the driver's, who came no earlier than `since`. Raises BayIsEmpty, ParkedByAnother.

        A vehicle that came before has left, and that was not heard here yet: the driver's own is yet to be heard of.
        """
        stay = await repository.find_stay_in(unit, bay_id)
        if stay is None or (since is not None and stay.started_at < since):
            raise BayIsEmpty(bay_id)
        if stay.driver_id not in (None, driver_id):
            raise ParkedByAnother(bay_id)
        await give(unit, stay, driver_id, now=self.clock())
        return stay

    async def find(
        self, unit: Unit, stay_id: str, *, driver_id: str | None, sites: Collection[str] | None
    ) -> ParkingRow:
        """The stay. Raises SessionNotFound, also where it is another driver's or at another site."""
        stay = await repository.read_stay(unit, stay_id)
        if stay is not None and sites is not None and stay.location_id not in sites:
            raise SessionNotFound(stay_id)
        if stay is None or driver_id not in (None, stay.driver_id):
            raise SessionNotFound(stay_id)
        return stay

    async def list_stays(
        self,
        unit: Unit,
        *,
        driver_id: str | None,
        sites: Collection[str] | None,
        bay_id: str | None,
        cursor: str | None,
        limit: int,
    ) -> Sequence[ParkingRow]:
        """A page's rows, the newest first, one more than `limit` where there is one."""
        return await repository.select_stays(
            unit, driver_id=driver_id, sites=sites, bay_id=bay_id, cursor=cursor, limit=limit
        )


class ParkingSettlement:
    """The worker that asks whose stays are and by what they are priced, and completes those that are over."""

    def __init__(self, database: Database, bus: Bus, *, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock

    async def go_on(self) -> None:
        """Every stay was helped as far as others answer now."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            asking = await repository.select_asking(unit, limit=_STAYS_A_ROUND)
        await try_each(asking, self._try_to_help)

    async def _try_to_help(self, stay: ParkingRow) -> None:
        try:
            await self._help(TenantId(stay.tenant_id), stay)
        except Failure as error:
            log.info("stay waits", session_id=stay.id, reason=str(error))
            async with self._database.transaction(TenantId(stay.tenant_id)) as unit:
                current = await repository.find_stay(unit, stay.id)
                assert current is not None
                current.updated_at = self._clock()  # it goes to the end of the row

    async def _help(self, tenant: TenantId, stay: ParkingRow) -> None:
        answers = None if stay.is_asked_for else await self._ask(tenant, stay)
        async with self._database.transaction(tenant) as unit:
            current = await repository.find_stay(unit, stay.id)
            assert current is not None
            if answers is not None and current.driver_id == stay.driver_id:
                holder, tariff, place = answers
                if current.driver_id is None and holder.driver_id is not None:
                    # Its tariff may be another one: the next round asks.
                    await give(unit, current, holder.driver_id, now=self._clock(), reservation_id=holder.reservation_id)
                    return
                _take_tariff(current, tariff, place)
            if not current.is_asked_for or current.state != ParkingState.LEFT:
                return
            # Heard of in another order, the charge came before the stay at whose EVSE it was.
            driver_id = None
            if current.driver_id is None and current.station_id is not None:
                driver_id = await repository.find_driver_who_charged(unit, current)
            if driver_id is None:
                await self._complete(unit, current)
            else:
                await give(unit, current, DriverId(driver_id), now=self._clock())

    async def _ask(self, tenant: TenantId, stay: ParkingRow) -> tuple[Holder, TariffVersion, PlaceDescription]:
        """Raises Failure."""
        bay = Place(bay_id=stay.bay_id)
        holder = Holder()
        if stay.driver_id is None:
            holder = await self._bus.ask(HOLDER_OF, AskHolder(tenant, bay, stay.started_at))
        until = stay.ended_at or self._clock()
        place = await self._bus.ask(DESCRIBE_PLACE, DescribePlace(tenant, bay, stay.started_at, until))
        question = TariffInForce(
            tenant=tenant,
            station_id=StationId(""),
            evse=0,
            at=stay.started_at,
            driver_id=DriverId(stay.driver_id) if stay.driver_id else None,
            location_id=stay.location_id,
            bay_id=stay.bay_id,
        )
        return holder, await self._bus.ask(TARIFF_IN_FORCE, question), place

    async def _complete(self, unit: Unit, stay: ParkingRow) -> None:
        assert stay.tariff is not None
        assert stay.ended_at is not None
        cost = price_of_stay(stay.tariff, since=stay.started_at, until=stay.ended_at, timezone=stay.timezone)
        stay.state = ParkingState.COMPLETED
        stay.cost_excl_vat, stay.cost_incl_vat = cost.total_excl_vat, cost.total_incl_vat
        stay.currency, stay.lines, stay.updated_at = cost.currency, msgspec.to_builtins(cost.lines), self._clock()
        completed = ParkingSessionCompleted(
            session_id=stay.id,
            bay_id=stay.bay_id,
            location_id=stay.location_id,
            driver_id=DriverId(stay.driver_id) if stay.driver_id else None,
            started_at=stay.started_at,
            ended_at=stay.ended_at,
            tariff_id=stay.tariff_id or "",
            tariff_version=stay.tariff_version or 0,
            currency=cost.currency,
            lines=cost.lines,
            total_excl_vat=cost.total_excl_vat,
            total_incl_vat=cost.total_incl_vat,
        )
        completed_id = event_id(unit.tenant, "parking_completed", stay.id)
        await unit.publish(completed, key=stay.id, now=self._clock(), event_id=completed_id)


async def give(
    unit: Unit, stay: ParkingRow, driver_id: DriverId, *, now: datetime, reservation_id: str | None = None
) -> None:
    """The stay is the driver's, unless it is somebody's already; which tariff holds for them is asked anew."""
    if stay.driver_id is not None or stay.state == ParkingState.COMPLETED:
        return
    stay.driver_id, stay.reservation_id = driver_id, reservation_id
    stay.is_asked_for, stay.updated_at = False, now
    await announce(unit, stay, now=now)


async def announce(unit: Unit, stay: ParkingRow, *, now: datetime) -> None:
    """Say that a vehicle stands there, and whose it is once that is known."""
    started = ParkingSessionStarted(
        session_id=stay.id,
        bay_id=stay.bay_id,
        location_id=stay.location_id,
        driver_id=DriverId(stay.driver_id) if stay.driver_id else None,
        started_at=stay.started_at,
    )
    started_id = event_id(unit.tenant, "parking_started", stay.id, stay.driver_id or "")
    await unit.publish(started, key=stay.id, now=now, event_id=started_id)


def cost_so_far(stay: ParkingRow, *, now: datetime) -> tuple[Decimal, Decimal, str]:
    """The cost until now, or in the end, excl. and incl. VAT; and its currency, empty while no tariff is known."""
    if stay.state == ParkingState.COMPLETED or stay.tariff is None:
        return stay.cost_excl_vat, stay.cost_incl_vat, stay.currency
    until = stay.ended_at or max(now, stay.started_at)
    cost = price_of_stay(stay.tariff, since=stay.started_at, until=until, timezone=stay.timezone)
    return cost.total_excl_vat, cost.total_incl_vat, cost.currency


def _end(stay: ParkingRow, at: datetime, *, now: datetime) -> None:
    stay.state, stay.ended_at, stay.updated_at = ParkingState.LEFT, at, now


def _take_tariff(stay: ParkingRow, tariff: TariffVersion, place: PlaceDescription) -> None:
    stay.tariff, stay.tariff_id, stay.tariff_version = bytes(tariff.tariff), tariff.tariff_id, tariff.version
    stay.timezone, stay.is_asked_for = place.timezone, True
