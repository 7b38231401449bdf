"""`chargeyard price`: what a session costs by a tariff, both as OCPI 2.2.1 JSON, with the reason of every cent."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from backoffice.contracts.sessions import PriceLine
from backoffice.pricing.calculation import Price, PricedPart, PricedPeriod, price
from backoffice.pricing.cdr import Cdr, CdrLocation, periods_of, read_cdr
from backoffice.pricing.errors import PricingError
from backoffice.pricing.tariff import Dimension, Tariff, read_tariff
from backoffice.pricing.timezones import timezone_named, timezone_of_country
from chargeyard.errors import ChargeyardError
from protocol.domain.time import format_timestamp

EPILOG = """
examples:
  chargeyard price --tariff tariff.json --cdr cdr.json
  chargeyard price --tariff tariff.json --cdr cdr.json --timezone Europe/Amsterdam
  some-command | chargeyard price --tariff tariff.json --cdr -

A CDR may be partial: charging_periods with their dimensions are enough, or start_date_time with total_energy and
total_time. The time zone is cdr_location.time_zone, else --timezone, else that of cdr_location.country.
The JSON printed has total_cost, the cost of each dimension under its CDR name, the lines that add up to total_cost, and
the periods; "element" counts the tariff's elements from 0.
"""

_COST_NAMES = {
    "total_fixed_cost": Dimension.FLAT,
    "total_energy_cost": Dimension.ENERGY,
    "total_time_cost": Dimension.TIME,
    "total_parking_cost": Dimension.PARKING_TIME,
}
_FOUR_DECIMALS = Decimal("0.0001")
_SIX_DECIMALS = Decimal("0.000001")
_ZERO = Decimal(0)
_encode = msgspec.json.Encoder(decimal_format="number").encode

Json = dict[str, object]


class UnreadableFile(ChargeyardError):
    """A file that is named and cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be read: {reason}.")


class CannotPrice(ChargeyardError):
    """The tariff, the CDR or the time zone is not what it should be."""


def main(argv: Sequence[str]) -> int:
    """0 after the price was printed. Raises UnreadableFile or CannotPrice; argparse itself ends with 2."""
    options = _parse(argv)
    tariff_json, cdr_json = _read(options.tariff), _read(options.cdr)
    try:
        tariff, cdr = read_tariff(tariff_json), read_cdr(cdr_json)
        priced = price(tariff, periods_of(cdr), timezone=_timezone(tariff, cdr, options.timezone))
    except PricingError as error:
        raise CannotPrice(str(error)) from error
    print(msgspec.json.format(_encode(_describe(priced))).decode())
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="chargeyard price",
        description="Price a session by an OCPI 2.2.1 tariff, and explain the price.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tariff", required=True, metavar="FILE", help="a Tariff object; - reads standard input")
    parser.add_argument("--cdr", required=True, metavar="FILE", help="a CDR object; - reads standard input")
    parser.add_argument("--timezone", metavar="ZONE", help="where the CDR names none, as Europe/Amsterdam")
    return parser.parse_args(argv)


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error


def _timezone(tariff: Tariff, cdr: Cdr, option: str | None) -> ZoneInfo:
    location = cdr.cdr_location or CdrLocation()
    if name := location.time_zone or option:
        return timezone_named(name)
    if zone := timezone_of_country(location.country or ""):
        return zone
    if tariff.has_local_times:
        raise CannotPrice("The tariff depends on local time, and nothing says where the session was: give --timezone.")
    return timezone_named("UTC")


def _describe(priced: Price) -> Json:
    costs = {
        name: _cost(line for line in priced.lines if line.dimension == dimension)
        for name, dimension in _COST_NAMES.items()
    }
    return {
        "tariff_id": priced.tariff_id,
        "currency": priced.currency,
        "total_cost": {"excl_vat": priced.total_excl_vat, "incl_vat": priced.total_incl_vat},
        **{name: cost for name, cost in costs.items() if cost},
        "lines": priced.lines,
        "periods": [_describe_period(each) for each in priced.periods],
    }


def _cost(lines: Iterable[PriceLine]) -> Json | None:
    found = list(lines)
    if not found:
        return None
    return {
        "excl_vat": sum((line.amount_excl_vat for line in found), _ZERO),
        "incl_vat": sum((line.amount_incl_vat for line in found), _ZERO),
    }


def _describe_period(each: PricedPeriod) -> Json:
    return {
        "start_date_time": format_timestamp(each.period.started_at),
        "end_date_time": format_timestamp(each.period.ended_at),
        "dimensions": [_describe_part(part) for part in each.parts],
    }


def _describe_part(part: PricedPart) -> Json:
    return {
        "dimension": part.dimension,
        "element": part.element,
        "quantity": part.quantity.quantize(_SIX_DECIMALS, ROUND_HALF_UP),
        "unit_price": part.component.price,
        "vat_percent": part.component.vat,
        "step_size": part.component.step_size,
        "excl_vat": part.amount_excl_vat.quantize(_FOUR_DECIMALS, ROUND_HALF_UP),
        "incl_vat": part.amount_incl_vat.quantize(_FOUR_DECIMALS, ROUND_HALF_UP),
    }
