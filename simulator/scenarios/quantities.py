"""Quantities as people write them: `90s`, `15m-2h`, `10%`. Each says in its JSON schema how."""

import re
from typing import Any, ClassVar, Self

import msgspec

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = r"-?\d+(\.\d+)?(ms|s|m|h)"
_SPAN = rf"{_DURATION}\s*-\s*{_DURATION}"
_SHARE = r"\d+(\.\d+)?\s*%"
_HOUR = r"([01]?\d|2[0-3]):[0-5]\d"


class _Quantity:
    """One quantity. No dataclass: msgspec would read that as a mapping of its own accord."""

    SCHEMA: ClassVar[dict[str, Any]]  # Any: JSON

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    @classmethod
    def read(cls, value: Any) -> Self:  # Any: a YAML value
        """Raises ValueError saying what one looks like."""
        raise NotImplementedError


class Duration(_Quantity):
    """A time, in seconds."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": ["string", "number"],
        "pattern": f"^{_DURATION}$",
        "description": "a time: `250ms`, `90s`, `15m`, `2h`, or a number of seconds",
    }

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    @classmethod
    def read(cls, value: Any) -> Self:  # Any: a YAML scalar
        """Raises ValueError saying what a time looks like."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return cls(float(value))
        if not isinstance(value, str) or not re.fullmatch(_DURATION, value):
            raise ValueError(f"{value!r} is no time: `90s`, `15m` and `2h` are")
        unit = value.lstrip("-0123456789.")
        return cls(float(value.removesuffix(unit)) * _UNITS_S[unit])


class Span(_Quantity):
    """From one time to another, in seconds."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "string", "pattern": f"^({_SPAN}|{_DURATION})$"},
            {"type": "number"},
            {"type": "array", "items": Duration.SCHEMA, "minItems": 2, "maxItems": 2},
        ],
        "description": "two times: `15m-2h`, or `[-30s, 30s]`; one time is from itself to itself",
    }

    def __init__(self, low_s: float, high_s: float) -> None:
        self.low_s = low_s
        self.high_s = high_s

    @classmethod
    def read(cls, value: Any) -> Self:  # Any: a YAML value
        """Raises ValueError saying what a span looks like."""
        if isinstance(value, str) and re.fullmatch(_SPAN, value):
            value = re.split(r"(?<=[smh])\s*-\s*", value, maxsplit=1)
        ends = value if isinstance(value, list) and len(value) == 2 else [value, value]
        try:
            low, high = (Duration.read(end).seconds for end in ends)
        except ValueError as error:
            raise ValueError(f"{value!r} is no span of time: `15m-2h` is one, and `[-30s, 30s]`") from error
        if high < low:
            raise ValueError(f"{value!r} goes from the longer to the shorter time")
        return cls(low, high)

    @property
    def ends_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


class Share(_Quantity):
    """A part of the whole, 0 to 1."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string", "pattern": f"^{_SHARE}$"}, {"type": "number", "minimum": 0, "maximum": 1}],
        "description": "a part of the whole: `10%`, or 0.1",
    }

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction

    @classmethod
    def read(cls, value: Any) -> Self:  # Any: a YAML scalar
        """Raises ValueError saying what a share looks like."""
        if isinstance(value, str) and re.fullmatch(_SHARE, value):
            fraction = float(value.rstrip("% ")) / 100
        elif isinstance(value, int | float) and not isinstance(value, bool):
            fraction = float(value)
        else:
            raise ValueError(f"{value!r} is no share: `10%` is one, and 0.1")
        if not 0 <= fraction <= 1:
            raise ValueError(f"{value!r} is no share: it lies within 0 and 100%")
        return cls(fraction)


class HourOfDay(_Quantity):
    """An hour of the day, 0 up to 24."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": f"^{_HOUR}$",
        "description": 'an hour of the day: `"06:30"`',
    }

    def __init__(self, hours: float) -> None:
        self.hours = hours

    @classmethod
    def read(cls, value: Any) -> Self:  # Any: a YAML scalar
        """Raises ValueError saying what an hour looks like."""
        if isinstance(value, int) and 0 <= value < 24 * 60 and not isinstance(value, bool):
            return cls(value / 60)  # YAML 1.1 reads 06:30 without quotes as a number of base 60
        if not isinstance(value, str) or not re.fullmatch(_HOUR, value):
            raise ValueError(f'{value!r} is no hour of the day: "06:30" is one')
        hours, minutes = value.split(":")
        return cls(int(hours) + int(minutes) / 60)


def by_default(quantity: _Quantity) -> Any:  # Any: as msgspec's fields are
    """The field is this where the file does not say. A plain default cannot be written into a schema."""
    return msgspec.field(default_factory=lambda: quantity)


def read_quantity(kind: type, value: Any) -> Any:  # Any: as msgspec calls its hooks
    """What msgspec is to do with a type of this module. Raises ValueError, NotImplementedError."""
    if issubclass(kind, _Quantity):
        return kind.read(value)
    raise NotImplementedError(kind)


def describe_quantity(kind: type) -> dict[str, Any]:
    """The JSON schema of a type of this module."""
    if issubclass(kind, _Quantity):
        return dict(kind.SCHEMA)
    raise NotImplementedError(kind)
