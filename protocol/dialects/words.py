"""What every dialect needs to read and write a word."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from protocol.domain.time import format_timestamp, parse_timestamp
from protocol.errors import PropertyConstraintViolation

_ValueT = TypeVar("_ValueT")

# No meter shows more, and without a bound a frame of 1 KB becomes a fact of many MB of zeros.
_LARGEST_EXPONENT = 30
_LARGEST_RATE = 10**9  # no cable carries more, and sums of it stay exact
_TENTH = Decimal("0.1")
_is_plain = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)").fullmatch
_is_decimal = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?").fullmatch
THOUSANDFOLD: Mapping[str, str] = {"kWh": "Wh", "kvarh": "varh", "kW": "W", "kVA": "VA", "kvar": "var", "kVAh": "VAh"}


def given(value: _ValueT | UnsetType) -> _ValueT | None:
    """The value of an optional field; None where it was not sent."""
    return None if isinstance(value, UnsetType) else value


def spelled(word: str) -> Any:  # Any: a Literal of the wire; round trips prove that the enumeration has the word
    """A word of ours that the dialect spells alike."""
    return str(word)


def read_number(value: int, path: str, *, bits: int = 64) -> int:
    """The number, which has room in so many bits. Raises PropertyConstraintViolation: JSON knows no bound."""
    bound = 1 << bits - 1
    if not -bound <= value < bound:
        raise PropertyConstraintViolation(f"{str(value)[:40]} has no room in {bits} bits", path=path)
    return value


def read_optional_number(value: int | UnsetType, path: str, *, bits: int = 64) -> int | None:
    """The same; None where it was not sent."""
    return None if isinstance(value, UnsetType) else read_number(value, path, bits=bits)


def read_timestamp(text: str, path: str) -> datetime:
    """The instant in UTC. Raises PropertyConstraintViolation for what is no timestamp."""
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise PropertyConstraintViolation(f"{text!r} is not an RFC 3339 timestamp", path=path) from error


def read_optional_timestamp(text: str | UnsetType, path: str) -> datetime | None:
    """The instant in UTC; None where it was not sent."""
    return None if isinstance(text, UnsetType) else read_timestamp(text, path)


def write_optional_timestamp(at: datetime | None) -> str | UnsetType:
    """The instant as it is sent, or not."""
    return UNSET if at is None else format_timestamp(at)


def sent(value: _ValueT | None) -> _ValueT | UnsetType:
    """The value of an optional field as it is sent, or not: what `given` reads."""
    return UNSET if value is None else value


def read_rate(rate: float, path: str = "$.chargingSchedulePeriod.limit") -> Decimal:
    """A limit in A or W, or another amount of a charging profile. Raises PropertyConstraintViolation for no such."""
    if not -_LARGEST_RATE <= rate <= _LARGEST_RATE:
        raise PropertyConstraintViolation(f"{rate!r} is no limit", path=path)
    return Decimal(repr(rate))


def read_optional_rate(rate: float | UnsetType, path: str = "$.chargingSchedulePeriod.limit") -> Decimal | None:
    """The limit; None where it was not sent."""
    return None if isinstance(rate, UnsetType) else read_rate(rate, path)


def write_rate(rate: Decimal) -> float:
    """The limit, rounded down to tenths, the wire's step: a limit that is rounded up is exceeded."""
    return float(rate.quantize(_TENTH, ROUND_FLOOR))


def in_base_unit(value: str, unit: str, *, power_of_ten: int = 0) -> tuple[str, str]:
    """The value and its unit without a prefix and without a multiplier, exactly; below 10^-30 it is 0.

    Raises PropertyConstraintViolation where the value is no decimal number, or one that no meter shows.
    """
    base = THOUSANDFOLD.get(unit)
    exponent = power_of_ten if base is None else power_of_ten + 3
    if not exponent and len(value) <= _LARGEST_EXPONENT and _is_plain(value):
        return value, base or unit  # nearly every reading
    if _is_decimal(value) is None:
        raise PropertyConstraintViolation(f"{value[:40]!r} is not a decimal number", path="$.meterValue")
    return _shift(value, exponent), base or unit


def _shift(value: str, exponent: int) -> str:
    number = Decimal(value)
    magnitude = number.adjusted() + exponent
    if not number or magnitude < -_LARGEST_EXPONENT:
        return "0"  # less than any meter shows: a float's noise must not cost us the message around it
    if magnitude > _LARGEST_EXPONENT:
        raise PropertyConstraintViolation(f"{value[:40]!r} times 10^{exponent} is no reading", path="$.meterValue")
    return format(number.scaleb(exponent) if exponent else number, "f")
