"""What the generated Structs stand on: their common base, the one open object, and the one arithmetic rule.

1. A Struct accepts exactly what its JSON schema accepts, but no whole number beyond 64 bits; a field that the schema
   does not know is refused.
2. A field that was not sent is UNSET and is not sent; JSON `null` is never a value.
3. What a CustomData holds beside `vendorId` survives decoding and encoding unchanged.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number of the wire. OCPP says 32 bits, and stations say more; JSON knows no bound, and every column does."""

_TENTH = Decimal("0.1")
_WHOLE_FROM = 2**53  # from here on every float is a whole number


class WireStruct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", gc=False):
    """Base of every generated Struct: immutable, closed, `evse_id` in Python and `evseId` on the wire.

    Left out of garbage collection: decoded values form a tree, which no cycle can pass through.
    """


class NoAnswer(WireStruct, frozen=True):
    """What a SEND is answered: nothing (OCPP 2.1 Part 4 §4.2.5)."""


class CustomData(dict[str, object]):
    """A vendor's extension of a 2.x object: `vendorId` and whatever that vendor adds (OCPP 2.0.1 Part 2 §1.4).

    Raises ValueError for a missing, wrongly typed or over-long `vendorId`, as its schema says.
    """

    def __init__(self, extension: dict[str, object]) -> None:
        if not isinstance(extension, dict):
            raise ValueError("Expected `object`")
        if "vendorId" not in extension:
            raise ValueError("Object missing required field `vendorId`")
        vendor_id = extension["vendorId"]
        if not isinstance(vendor_id, str):
            raise ValueError("Expected `str` in `vendorId`")
        if len(vendor_id) > 255:
            raise ValueError("Expected `str` of length <= 255 in `vendorId`")
        super().__init__(extension)


def require_tenths(name: str, value: object) -> None:
    """Refuse a number that is no multiple of 0.1, judged by its shortest decimal form (1.6 charging limits)."""
    if isinstance(value, float) and abs(value) < _WHOLE_FROM and Decimal(repr(value)) % _TENTH:
        raise ValueError(f"Expected a multiple of 0.1 in `{name}`")
