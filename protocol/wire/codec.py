"""Payloads, between JSON text and the Structs of a version.

1. What a payload decodes to encodes to an equal payload; a field that was not sent is not sent back.
2. A payload that its schema refuses raises one PayloadViolation, which names the place.
3. `null` stands for `{}` where the message requires no field (OCPP 2.x Part 4 §4.2.1); no value inside may be null.
"""

import re
from typing import Any, TypeVar

from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder, Encoder

from protocol.errors import (
    FormatViolation,
    OccurrenceConstraintViolation,
    PayloadViolation,
    PropertyConstraintViolation,
    TypeConstraintViolation,
)
from protocol.wire.structs import CustomData, WireStruct

_Message = TypeVar("_Message", bound=WireStruct)

# How a ValidationError's sentence begins, and what it says in OCPP's terms; the first match counts.
_VIOLATIONS: tuple[tuple[str, type[PayloadViolation]], ...] = (
    (r"Object missing required field", OccurrenceConstraintViolation),
    (r"Expected `array` of length", OccurrenceConstraintViolation),
    (r"Object contains unknown field", FormatViolation),
    (r"Invalid enum value|Number out of range|Expected a multiple", PropertyConstraintViolation),
    (r"Expected `\w+` (of length )?[<>]", PropertyConstraintViolation),
    (r"Expected", TypeConstraintViolation),
)


def decode(payload: bytes | Raw, message: type[_Message]) -> _Message:
    """Read a payload as a message of its version.

    Raises the PayloadViolation that fits: FormatViolation for broken JSON and unknown fields, Occurrence- for
    missing fields and lengths of arrays, Property- for values, TypeConstraintViolation for JSON types.
    """
    try:
        return _DECODERS[message].decode(payload)  # type: ignore[no-any-return] # a table of types cannot say that the value fits the key
    except ValidationError as error:
        if bytes(payload).strip() == b"null":
            return decode(b"{}", message)
        raise _explain(error) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatViolation(str(error)) from error


def encode(message: WireStruct) -> bytes:
    """Write a message as the payload of a frame."""
    return _ENCODER.encode(message)


def _explain(error: ValidationError) -> PayloadViolation:
    reason, _, path = str(error).partition(" - at `")
    violation = next((kind for pattern, kind in _VIOLATIONS if re.match(pattern, reason)), FormatViolation)
    return violation(reason, path=path.removesuffix("`") or "$")


def _decode_open_object(kind: type[Any], value: Any) -> Any:
    """Build what the generated annotations name and msgspec does not know: CustomData, and nothing else."""
    if kind is CustomData:
        return CustomData(value)
    raise NotImplementedError(kind)


class _Decoders(dict[type[WireStruct], Decoder[Any]]):
    """One decoder for each message type, made when it is first needed."""

    def __missing__(self, message: type[WireStruct]) -> Decoder[Any]:
        decoder = self[message] = Decoder(message, dec_hook=_decode_open_object)
        return decoder


_DECODERS = _Decoders()
_ENCODER = Encoder()
