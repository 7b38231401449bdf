"""The OCPI 2.2.1 CDR object (§10.3.1): read as periods to be priced, with whatever a partial one says."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from backoffice.pricing.errors import InvalidCdr
from backoffice.pricing.periods import ZERO, ChargingPeriod, Span
from protocol.domain.time import parse_timestamp

_WH_PER_KWH = 1000
_W_PER_KW = 1000
_SECONDS_PER_HOUR = 3600


class CdrLocation(msgspec.Struct, frozen=True):
    """Where the session was: `country` is ISO 3166-1 alpha-3. `time_zone` is no field of OCPI 2.2.1, and welcome."""

    country: str | None = None
    time_zone: str | None = None


class CdrDimension(msgspec.Struct, frozen=True):
    """A volume (§10.4.2): kWh, hours, kW or A, by its type. Types that make no price are passed over."""

    type: str
    volume: Decimal


class CdrPeriod(msgspec.Struct, frozen=True):
    """A ChargingPeriod (§10.4.6): it ends where the next one starts, the last one with the session."""

    start_date_time: str
    dimensions: tuple[CdrDimension, ...] = ()


class Cdr(msgspec.Struct, frozen=True):
    """What of a CDR makes a price. Without periods the totals stand for one, and for another one of parking."""

    start_date_time: str | None = None
    end_date_time: str | None = None
    cdr_location: CdrLocation | None = None
    charging_periods: tuple[CdrPeriod, ...] | None = None
    total_energy: Decimal | None = None
    total_time: Decimal | None = None
    total_parking_time: Decimal | None = None


class _Volumes(NamedTuple):
    by_type: dict[str, Decimal]

    def hours(self, kind: str) -> Decimal:
        return self.by_type.get(kind, ZERO) * _SECONDS_PER_HOUR

    def span(self, *, average: str, lowest: str, highest: str, scale: int) -> Span | None:
        """What was measured; one bound alone stands for both."""
        low = self.by_type.get(average, self.by_type.get(lowest))
        high = self.by_type.get(average, self.by_type.get(highest))
        low, high = (high if low is None else low), (low if high is None else high)
        return None if low is None or high is None else Span(low * scale, high * scale)


_decode = msgspec.json.Decoder(Cdr).decode


def read_cdr(json: bytes) -> Cdr:
    """The CDR of OCPI JSON. Raises InvalidCdr."""
    try:
        return _decode(json)
    except ValueError as error:
        raise InvalidCdr(str(error)) from error


def periods_of(cdr: Cdr) -> tuple[ChargingPeriod, ...]:
    """The CDR's periods in order, at least one. Raises InvalidCdr."""
    return tuple(_from_periods(cdr, cdr.charging_periods) if cdr.charging_periods else _from_totals(cdr))


def _from_periods(cdr: Cdr, found: Sequence[CdrPeriod]) -> Iterator[ChargingPeriod]:
    rows = sorted(((_timestamp(row.start_date_time), row) for row in found), key=lambda pair: pair[0])
    ends = [started_at for started_at, _ in rows[1:]]
    last_end = _timestamp(cdr.end_date_time) if cdr.end_date_time else None
    for (started_at, row), ended_at in zip(rows, [*ends, last_end], strict=True):
        yield _period(started_at, ended_at, _Volumes({each.type: _checked(each) for each in row.dimensions}))


def _from_totals(cdr: Cdr) -> Iterator[ChargingPeriod]:
    if cdr.start_date_time is None:
        raise InvalidCdr("it has neither charging_periods nor a start_date_time")
    started_at = _timestamp(cdr.start_date_time)
    parking = _checked(CdrDimension("PARKING_TIME", cdr.total_parking_time or ZERO))
    energy = _checked(CdrDimension("ENERGY", cdr.total_energy or ZERO))
    time = _checked(CdrDimension("TIME", (cdr.total_time or ZERO) - parking))
    charging = _period(started_at, None, _Volumes({"ENERGY": energy, "TIME": time}))
    yield charging
    if parking:
        yield _period(charging.ended_at, None, _Volumes({"PARKING_TIME": parking}))


def _period(started_at: datetime, ended_at: datetime | None, volumes: _Volumes) -> ChargingPeriod:
    charging_s, parking_s = volumes.hours("TIME"), volumes.hours("PARKING_TIME")
    energy_wh = volumes.by_type.get("ENERGY", ZERO) * _WH_PER_KWH
    ended_at = ended_at or started_at + timedelta(seconds=float(charging_s + parking_s))
    if ended_at < started_at:
        raise InvalidCdr(f"it ends at {ended_at}, before its last period begins")
    power_w = volumes.span(average="POWER", lowest="MIN_POWER", highest="MAX_POWER", scale=_W_PER_KW)
    return ChargingPeriod(
        started_at=started_at,
        ended_at=ended_at,
        energy_wh=energy_wh,
        charging_s=charging_s,
        parking_s=parking_s,
        power_w=power_w or _average_power_w(energy_wh, charging_s + parking_s),
        current_a=volumes.span(average="CURRENT", lowest="MIN_CURRENT", highest="MAX_CURRENT", scale=1),
    )


def _average_power_w(energy_wh: Decimal, duration_s: Decimal) -> Span | None:
    if not duration_s:
        return None
    power_w = energy_wh * _SECONDS_PER_HOUR / duration_s
    return Span(power_w, power_w)


def _checked(dimension: CdrDimension) -> Decimal:
    if not (dimension.volume.is_finite() and dimension.volume >= 0):
        raise InvalidCdr(f"it has {dimension.volume} of {dimension.type}")
    return dimension.volume


def _timestamp(text: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidCdr(f"{text!r} is no date and time") from error
