"""The rules for payloads, one function each, and the table in which they are tried.

A rule is tried only on a payload that strict decoding refused, on what the rules before it made of it, until the
payload decodes. Rules that change the shape come first: what a later rule keeps aside is found again by its place.
Adding one takes a function, its row in a table below and a case in `tests/frames/quirks/`.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import UNSET
from msgspec.inspect import BoolType, FloatType, IntType, LiteralType, StrType, StructType, VarTupleType

from protocol.tolerance.nodes import DROPPED, Fix, Place, Rule
from protocol.tolerance.v201 import read_16_shape
from protocol.wire import v16

KEPT_TEXT_LENGTH = 2_000  # what a text may be longer than its schema says; a fact must stay a fact
_KEPT_WORD_LENGTH = 64
_LARGEST_EXPONENT = 18  # a JSON number of ten characters must not become an integer of a million digits

_NUMBER = re.compile(r"\s*[+-]?\d{1,18}(\.\d{0,18})?([eE][+-]?\d{1,2})?\s*")
_SEPARATORS = re.compile(r"[\s._-]+")
_BOOLEANS: Mapping[object, bool] = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}

# Words that stay what the station said: they are shown, and nothing of ours decides by them.
_OPEN_WORDS = frozenset(("unit", "measurand", "context", "location", "phase", "errorCode", "triggerReason"))
_REASONS = frozenset(("reason", "stoppedReason"))
_NO_READING: Mapping[str, Any] = {"timestamp": "1970-01-01T00:00:00Z"}


def wrap_single_in_array(value: Any, place: Place) -> Fix | None:
    """Take one object as an array of one (`meterValue` as an object)."""
    if isinstance(place.kind, VarTupleType) and isinstance(value, dict):
        return Fix([value], "an object for an array")
    return None


def drop_null_members(value: Any, place: Place) -> Fix | None:
    """Take an optional member that is null as one that was not sent."""
    return Fix(DROPPED, "null") if value is None and not place.is_required else None


def drop_unknown_fields(value: Any, place: Place) -> Fix | None:
    """Drop the members that the schema does not know."""
    if not isinstance(place.kind, StructType) or not isinstance(value, dict):
        return None
    known = {field.encode_name for field in place.kind.fields}
    unknown = [name for name in value if name not in known]
    if not unknown:
        return None
    return Fix({name: value[name] for name in value if name in known}, ", ".join(sorted(unknown))[:100])


def keep_stop_without_meter(value: Any, place: Place) -> Fix | None:
    """Take a stop that says no register: refused, the station would say it for ever."""
    if not isinstance(place.kind, StructType) or place.kind.cls is not v16.StopTransactionRequest:
        return None
    if not isinstance(value, dict) or value.get("meterStop") is not None:
        return None
    return Fix({**value, "meterStop": 0}, "no meterStop", kept_members=(("meter_stop", UNSET),))


def read_number_from_text(value: Any, place: Place) -> Fix | None:
    """Take a number in quotes as the number."""
    if not isinstance(place.kind, IntType | FloatType) or not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return None
    number = Decimal(value.strip())
    is_whole = isinstance(place.kind, IntType) and number == number.to_integral_value()
    return Fix(int(number) if is_whole and _is_small(number) else number, f"{value[:40]!r}")


def read_whole_number(value: Any, place: Place) -> Fix | None:
    """Take 1.0 as 1."""
    if not _is_decimal_for_whole(value, place) or value != value.to_integral_value():
        return None
    return Fix(int(value), str(value))


def drop_fraction(value: Any, place: Place) -> Fix | None:
    """Take a number with a fraction, where a whole one is asked for, without it: a register is rounded down."""
    return Fix(int(value), str(value)) if _is_decimal_for_whole(value, place) else None


def write_number_as_text(value: Any, place: Place) -> Fix | None:
    """Take a number or a boolean, where a text is asked for, as the text that it was."""
    if not isinstance(place.kind, StrType) or not isinstance(value, bool | int | Decimal):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # What it says stays unsaid: it may be an IdToken.
    return Fix(text, "a boolean for a text" if isinstance(value, bool) else "a number for a text")


def read_boolean_from_text(value: Any, place: Place) -> Fix | None:
    """Take "true", "false", 1 and 0 as booleans."""
    if not isinstance(place.kind, BoolType) or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    boolean = _BOOLEANS.get(str(value).strip().lower())
    return None if boolean is None else Fix(boolean, repr(value))


def match_word_ignoring_case(value: Any, place: Place) -> Fix | None:
    """Take a word of an enumeration in another case, or with other separators, as that word."""
    if not isinstance(place.kind, LiteralType) or not isinstance(value, str) or value in place.kind.values:
        return None
    word = _words_by_sound(place.kind.values).get(_sound_of(value))
    return None if word is None else Fix(word, f"{value[:40]!r}")


def keep_unknown_word(value: Any, place: Place) -> Fix | None:
    """Keep a unit, measurand or error code that the enumeration lacks, as it was said."""
    if place.name not in _OPEN_WORDS or not _is_unknown_word(value, place) or len(value) > _KEPT_WORD_LENGTH:
        return None
    assert isinstance(place.kind, LiteralType)
    return Fix(place.kind.values[0], repr(value), kept=value)


def read_unknown_word_as_other(value: Any, place: Place) -> Fix | None:
    """Take a reason that the enumeration lacks as Other, or as Unknown where that is the word."""
    if place.name not in _REASONS or not _is_unknown_word(value, place):
        return None
    assert isinstance(place.kind, LiteralType)
    other = next((word for word in ("Other", "Unknown") if word in place.kind.values), None)
    return None if other is None else Fix(other, f"{value[:40]!r}")


def drop_unknown_word(value: Any, place: Place) -> Fix | None:
    """Take an optional word that the enumeration lacks as not sent."""
    return Fix(DROPPED, f"{value[:40]!r}") if _is_unknown_word(value, place) and not place.is_required else None


def keep_long_text(value: Any, place: Place) -> Fix | None:
    """Keep a text that is longer than its schema says, whole up to `KEPT_TEXT_LENGTH`."""
    if not isinstance(place.kind, StrType) or not isinstance(value, str):
        return None
    limit = place.kind.max_length
    if limit is None or len(value) <= limit:
        return None
    return Fix(value[:limit], f"{len(value)} characters, {limit} allowed", kept=value[:KEPT_TEXT_LENGTH])


def keep_empty_readings(value: Any, place: Place) -> Fix | None:
    """Take a message without any reading as heard: there is nothing to say again."""
    if place.name not in ("sampledValue", "meterValue") or value != [] or not isinstance(place.kind, VarTupleType):
        return None
    if not place.is_required:
        return Fix(DROPPED, "no element")
    return Fix([_stand_in(place.kind.item_type)], "no element", kept=())


SHAPE_RULES: Sequence[Rule] = (
    wrap_single_in_array,
    read_16_shape,
    drop_null_members,
    drop_unknown_fields,
    keep_stop_without_meter,
)
VALUE_RULES: Sequence[Rule] = (
    keep_empty_readings,
    read_number_from_text,
    read_whole_number,
    drop_fraction,
    write_number_as_text,
    read_boolean_from_text,
    match_word_ignoring_case,
    keep_unknown_word,
    read_unknown_word_as_other,
    drop_unknown_word,
    keep_long_text,
)
RULES: Sequence[Rule] = (*SHAPE_RULES, *VALUE_RULES)
"""Every rule, in the order in which they are tried."""


def _is_small(number: Decimal) -> bool:
    return number.is_finite() and number.adjusted() <= _LARGEST_EXPONENT


def _is_decimal_for_whole(value: Any, place: Place) -> bool:
    return isinstance(place.kind, IntType) and isinstance(value, Decimal) and _is_small(value)


def _is_unknown_word(value: Any, place: Place) -> bool:
    return isinstance(place.kind, LiteralType) and isinstance(value, str) and value not in place.kind.values


def _sound_of(word: str) -> str:
    return _SEPARATORS.sub("", word).casefold()


@cache
def _words_by_sound(words: tuple[str, ...]) -> Mapping[str, str]:
    return {_sound_of(word): word for word in words}


def _stand_in(kind: Any) -> Mapping[str, Any]:
    """The least that a MeterValue or a SampledValue of this version is."""
    fields = {field.encode_name: field.type for field in kind.fields}
    if "sampledValue" in fields:
        return {**_NO_READING, "sampledValue": [_stand_in(fields["sampledValue"].item_type)]}
    return {"value": "0" if isinstance(fields["value"], StrType) else 0}
