"""The one function that prices a session: estimate before, running cost during, CDR and invoice after.

Invariants:
1. Per dimension the first matching element is active; where none is, the dimension is free (OCPI 2.2.1 §11.3.1).
2. A FLAT fee is charged once, by the first element with one that becomes active.
3. `step_size` rounds up the sum of a dimension, with the step of its last component, which also prices what is added;
   PARKING_TIME takes the rounding of time wherever parking is priced, else TIME (§10.3.1).
4. `min_price` and `max_price` bind both totals separately (§11.3.1); each is a line of its own where it does.
5. The lines add up to the totals: a line keeps four decimals, only totals round. The parts of the periods add up to
   the lines, unrounded.
6. Cutting a period in two changes no line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from backoffice.contracts.sessions import PriceLine
from backoffice.pricing.periods import ZERO, ChargingPeriod, pieces
from backoffice.pricing.restrictions import Boundaries, Circumstances, cuts_of, is_active
from backoffice.pricing.tariff import Dimension, PriceComponent, PriceLimit, Tariff
from protocol.domain.money import Money

MIN_PRICE = "MIN_PRICE"
MAX_PRICE = "MAX_PRICE"

# A price is per kWh or hour; volumes are Wh and seconds.
_UNITS = {
    Dimension.ENERGY: ("kWh", Decimal(1000)),
    Dimension.TIME: ("h", Decimal(3600)),
    Dimension.PARKING_TIME: ("h", Decimal(3600)),
    Dimension.FLAT: ("1", Decimal(1)),
}
_ONE = Decimal(1)
_PERCENT = Decimal(100)
_LINE = Decimal("0.0001")
# Finer than any meter or clock, and coarser than what divisions leave behind: rounding up must not see the dust.
_VOLUME = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PricedPart:
    """One dimension of one period: Wh, seconds or 1, and which component of which element priced it."""

    dimension: Dimension
    element: int
    component: PriceComponent
    volume: Decimal

    @property
    def quantity(self) -> Decimal:
        """The volume in the unit of the price."""
        return self.volume / _UNITS[self.dimension][1]

    @property
    def amount_excl_vat(self) -> Decimal:
        """What it costs, unrounded."""
        return self.component.price * self.volume / _UNITS[self.dimension][1]

    @property
    def amount_incl_vat(self) -> Decimal:
        """What it costs with VAT, unrounded."""
        return self.amount_excl_vat * (_ONE + (self.component.vat or ZERO) / _PERCENT)


@dataclass(frozen=True, slots=True)
class PricedPeriod:
    """A stretch throughout which the same elements were active, and what it costs. Free dimensions have no part."""

    period: ChargingPeriod
    parts: tuple[PricedPart, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """A session's price, explained twice: by line, and by period."""

    tariff_id: str
    currency: str
    lines: tuple[PriceLine, ...]
    periods: tuple[PricedPeriod, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal


def price(tariff: Tariff, periods: Sequence[ChargingPeriod], *, timezone: ZoneInfo) -> Price:
    """What the session costs. `periods` are in order and not empty; `timezone` is the location's."""
    priced = _with_steps(list(_priced_periods(tariff, periods, timezone)))
    lines = _limited_lines(tariff, list(_lines(part for each in priced for part in each.parts)))
    return Price(
        tariff_id=tariff.id,
        currency=tariff.currency,
        lines=tuple(lines),
        periods=tuple(priced),
        total_excl_vat=_rounded(sum((line.amount_excl_vat for line in lines), ZERO), tariff.currency),
        total_incl_vat=_rounded(sum((line.amount_incl_vat for line in lines), ZERO), tariff.currency),
    )


def _priced_periods(tariff: Tariff, periods: Sequence[ChargingPeriod], timezone: ZoneInfo) -> Iterator[PricedPeriod]:
    boundaries = Boundaries.of(tariff, periods, timezone)
    session_started_at, energy_wh, has_flat = periods[0].started_at, ZERO, False
    for period in periods:
        cuts = cuts_of(period, boundaries, energy_before_wh=energy_wh)
        before_wh = energy_wh
        for piece in pieces(period, cuts):
            now = _circumstances(piece, session_started_at, before_wh, timezone)
            parts = tuple(_parts(tariff, piece, now, has_flat=has_flat))
            has_flat = has_flat or any(part.dimension is Dimension.FLAT for part in parts)
            before_wh += piece.energy_wh
            yield PricedPeriod(piece, parts)
        energy_wh += period.energy_wh


def _circumstances(
    piece: ChargingPeriod, session_started_at: datetime, energy_wh: Decimal, timezone: ZoneInfo
) -> Circumstances:
    return Circumstances(
        local=piece.started_at.astimezone(timezone),
        elapsed_s=(piece.started_at - session_started_at).total_seconds(),
        energy_wh=energy_wh,
        power_w=piece.power_w,
        current_a=piece.current_a,
    )


def _parts(tariff: Tariff, piece: ChargingPeriod, now: Circumstances, *, has_flat: bool) -> Iterator[PricedPart]:
    volumes = {
        Dimension.FLAT: ZERO if has_flat else _ONE,
        Dimension.ENERGY: piece.energy_wh,
        Dimension.TIME: piece.charging_s,
        Dimension.PARKING_TIME: piece.parking_s,
    }
    active = _active_components(tariff, now)
    for dimension, volume in volumes.items():
        if volume and dimension in active:
            element, component = active[dimension]
            yield PricedPart(dimension, element, component, volume)


def _active_components(tariff: Tariff, now: Circumstances) -> dict[Dimension, tuple[int, PriceComponent]]:
    """Per dimension the first component whose element is active, with the element's place in the tariff."""
    active: dict[Dimension, tuple[int, PriceComponent]] = {}
    for index, element in enumerate(tariff.elements):
        if is_active(element.restrictions, now):
            for component in element.price_components:
                active.setdefault(component.type, (index, component))
    return active


def _with_steps(priced: list[PricedPeriod]) -> list[PricedPeriod]:
    """The periods with energy and time rounded up to their last steps; what is added belongs to the last part."""
    used = {part.dimension for each in priced for part in each.parts}
    time = Dimension.PARKING_TIME if Dimension.PARKING_TIME in used else Dimension.TIME
    for dimension in (Dimension.ENERGY, time):
        if dimension in used:
            _round_up(priced, dimension)
    return priced


def _round_up(priced: list[PricedPeriod], dimension: Dimension) -> None:
    places = [
        (row, column)
        for row, each in enumerate(priced)
        for column, part in enumerate(each.parts)
        if part.dimension is dimension
    ]
    row, column = places[-1]
    last = priced[row].parts[column]
    if last.component.step_size <= 0:
        return
    step = Decimal(last.component.step_size)
    total = sum((priced[r].parts[c].volume for r, c in places), ZERO)
    billed = (total.quantize(_VOLUME) / step).to_integral_value(ROUND_CEILING) * step
    parts = list(priced[row].parts)
    parts[column] = replace(last, volume=last.volume + billed - total)
    priced[row] = replace(priced[row], parts=tuple(parts))


def _lines(parts: Iterable[PricedPart]) -> Iterator[PriceLine]:
    """A line per dimension and element, in the order in which they first cost something."""
    sums: dict[tuple[Dimension, int], PricedPart] = {}
    for part in parts:
        key = (part.dimension, part.element)
        sums[key] = replace(part, volume=sums[key].volume + part.volume) if key in sums else part
    for part in sums.values():
        yield PriceLine(
            dimension=part.dimension,
            quantity=part.quantity.quantize(_VOLUME, ROUND_HALF_UP),
            unit=_UNITS[part.dimension][0],
            unit_price=part.component.price,
            amount_excl_vat=part.amount_excl_vat.quantize(_LINE, ROUND_HALF_UP),
            vat_percent=part.component.vat or ZERO,
            amount_incl_vat=part.amount_incl_vat.quantize(_LINE, ROUND_HALF_UP),
            element=part.element,
            is_vat_named=part.component.vat is not None,
        )


def _limited_lines(tariff: Tariff, lines: list[PriceLine]) -> list[PriceLine]:
    """The lines, with one more for each limit that binds."""
    for name, limit, is_floor in ((MIN_PRICE, tariff.min_price, True), (MAX_PRICE, tariff.max_price, False)):
        if limit:
            lines += _limit_line(name, limit, lines, is_floor=is_floor)
    return lines


def _limit_line(name: str, limit: PriceLimit, lines: Sequence[PriceLine], *, is_floor: bool) -> Iterator[PriceLine]:
    """The difference to the limit; none where it does not bind.

    A limit without `incl_vat` binds what is incl. VAT in the same proportion.
    """
    choose = max if is_floor else min
    excl_vat = sum((line.amount_excl_vat for line in lines), ZERO)
    incl_vat = sum((line.amount_incl_vat for line in lines), ZERO)
    limited_excl_vat = choose(excl_vat, limit.excl_vat)
    if limit.incl_vat is not None:
        limited_incl_vat = choose(incl_vat, limit.incl_vat)
    else:
        limited_incl_vat = incl_vat * limited_excl_vat / excl_vat if excl_vat else limited_excl_vat
    difference_excl_vat = (limited_excl_vat - excl_vat).quantize(_LINE, ROUND_HALF_UP)
    difference_incl_vat = (limited_incl_vat - incl_vat).quantize(_LINE, ROUND_HALF_UP)
    if difference_excl_vat or difference_incl_vat:
        yield PriceLine(
            dimension=name,
            quantity=_ONE,
            unit="1",
            unit_price=difference_excl_vat,
            amount_excl_vat=difference_excl_vat,
            vat_percent=ZERO,
            amount_incl_vat=difference_incl_vat,
        )


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return Money(amount, currency).rounded().amount
