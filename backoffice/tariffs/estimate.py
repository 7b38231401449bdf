"""What a session would cost: its periods as far as one can know them before, priced by the one function.

1. Energy flows evenly while the vehicle charges, and charging comes before standing there without.
2. At a parking bay nobody charges: the whole time is parking.
3. A reservation is priced by the tariff of now, at which it would be made; `reserved` is the time until somebody comes,
   or until nobody is waited for any longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from backoffice.contracts.stations import DESCRIBE_PLACE, DescribePlace, Place
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.pricing.calculation import Price, price
from backoffice.pricing.periods import ZERO, ChargingPeriod, Span
from backoffice.pricing.reservation import price_reservation, reserved_period
from backoffice.pricing.tariff import Tariff, read_tariff
from backoffice.tariffs.domain import Asked, Version
from backoffice.tariffs.errors import NothingChargesThere, PlaceNotFound
from backoffice.tariffs.in_force import InForce
from backoffice.tariffs.service import read_draft
from protocol.domain.identifiers import DriverId, TenantId

_SECONDS_PER_HOUR = Decimal(3600)
_WH_PER_KWH = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody means to do: charge for so long, then stand there for so long; before that, keep the place."""

    begins_at: datetime
    charging: timedelta
    parking: timedelta
    energy_wh: Decimal
    reserved: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A price with the tariff that makes it, and the clock of the place.

    `reservation`: what it costs beside that to have the place kept, and `no_show` where nobody comes.
    """

    version: Version
    timezone: str
    price: Price
    reservation: Price | None = None
    no_show: Price | None = None


def periods_of(plan: Plan) -> tuple[ChargingPeriod, ...]:
    """The plan as it will be priced; at least one period."""
    return tuple(_periods(plan)) or (ChargingPeriod(started_at=plan.begins_at, ended_at=plan.begins_at),)


def estimate(tariff: Tariff, plan: Plan, *, timezone: ZoneInfo) -> Price:
    """What the plan costs."""
    return price(tariff, periods_of(plan), timezone=timezone)


class Estimates:
    """Estimates by REST: the place is described by stations, the tariff is that of whoever asks."""

    def __init__(self, bus: Bus, in_force: InForce, *, clock: Clock) -> None:
        self.clock = clock
        self._bus = bus
        self._in_force = in_force

    async def estimate(self, tenant: TenantId, place: Place, plan: Plan, *, driver_id: DriverId | None) -> Estimate:
        """What the plan costs there. Raises PlaceNotFound, NothingChargesThere."""
        if place.bay_id is not None and (plan.energy_wh or plan.charging):
            raise NothingChargesThere(place.bay_id)
        until = plan.begins_at + plan.charging + plan.parking
        described = await self._bus.ask(DESCRIBE_PLACE, DescribePlace(tenant, place, plan.begins_at, until))
        if not described.is_known:
            raise PlaceNotFound(place.key)
        asked = Asked(
            station_id=place.station_id,
            evse=place.evse,
            bay_id=place.bay_id,
            location_id=described.location_id,
            driver_id=driver_id,
        )
        version = await self._in_force.find(tenant, asked, plan.begins_at)
        zone = ZoneInfo(described.timezone)
        result = Estimate(version, described.timezone, estimate(read_tariff(version.json), plan, timezone=zone))
        if not plan.reserved:
            return result
        made_by = read_tariff((await self._in_force.find(tenant, asked, self.clock())).json)
        return _with_reservation(result, made_by, plan, zone)

    def try_out(self, json: bytes, plan: Plan, *, timezone: str) -> Estimate:
        """What the plan would cost by this tariff, as its version 0. Raises TariffRefused."""
        tariff, zone = read_draft(json), ZoneInfo(timezone)
        version = Version(tariff.id, 0, tariff.valid_from or plan.begins_at, tariff.valid_until, json)
        result = Estimate(version, timezone, estimate(tariff, plan, timezone=zone))
        if not plan.reserved:
            return result
        return _with_reservation(result, tariff, plan, zone)


def _with_reservation(result: Estimate, made_by: Tariff, plan: Plan, zone: ZoneInfo) -> Estimate:
    kept = [reserved_period(plan.begins_at - plan.reserved, plan.begins_at)]
    return replace(
        result,
        reservation=price_reservation(made_by, kept, has_expired=False, timezone=zone),
        no_show=price_reservation(made_by, kept, has_expired=True, timezone=zone),
    )


def _periods(plan: Plan) -> Iterator[ChargingPeriod]:
    full_at = plan.begins_at + plan.charging
    if plan.charging:
        charging_s = Decimal(plan.charging.total_seconds())
        power_w = plan.energy_wh * _SECONDS_PER_HOUR / charging_s
        yield ChargingPeriod(
            started_at=plan.begins_at,
            ended_at=full_at,
            energy_wh=plan.energy_wh,
            charging_s=charging_s,
            power_w=Span(power_w, power_w),
        )
    if plan.parking:
        yield ChargingPeriod(
            started_at=full_at,
            ended_at=full_at + plan.parking,
            parking_s=Decimal(plan.parking.total_seconds()),
            power_w=Span(ZERO, ZERO),
        )


def wh_of(energy_kwh: Decimal) -> Decimal:
    """kWh as Wh."""
    return energy_kwh * _WH_PER_KWH
