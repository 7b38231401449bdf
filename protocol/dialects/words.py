"""What every dialect needs to read and write a word."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import UnsetType

from protocol.domain.time import parse_timestamp
from protocol.errors import PropertyConstraintViolation

_ValueT = TypeVar("_ValueT")

_is_decimal = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?").fullmatch
_THOUSANDFOLD: Mapping[str, str] = {"kWh": "Wh", "kvarh": "varh", "kW": "W", "kVA": "VA", "kvar": "var", "kVAh": "VAh"}


def given(value: _ValueT | UnsetType) -> _ValueT | None:
    """The value of an optional field; None where it was not sent."""
    return None if isinstance(value, UnsetType) else value


def spelled(word: str) -> Any:  # Any: a Literal of the wire; round trips prove that the enumeration has the word
    """A word of ours that the dialect spells alike."""
    return str(word)


def read_timestamp(text: str, path: str) -> datetime:
    """The instant in UTC. Raises PropertyConstraintViolation for what is no timestamp."""
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise PropertyConstraintViolation(f"{text!r} is not an RFC 3339 timestamp", path=path) from error


def in_base_unit(value: str, unit: str, *, power_of_ten: int = 0) -> tuple[str, str]:
    """The value and its unit without a prefix and without a multiplier, exactly.

    Raises PropertyConstraintViolation where the value is no decimal number.
    """
    if _is_decimal(value) is None:
        raise PropertyConstraintViolation(f"{value!r} is not a decimal number", path="$.meterValue")
    base = _THOUSANDFOLD.get(unit)
    exponent = power_of_ten + (0 if base is None else 3)
    if exponent:
        value = format(Decimal(value).scaleb(exponent), "f")
    return value, unit if base is None else base
