"""Rules for values that are right in form and wrong in meaning; the raw values still name the fact."""

from decimal import Decimal

import msgspec

from protocol.domain.identifiers import IdToken
from protocol.domain.metering import MeterValue
from protocol.ocppj.repairs import Deviation

_REPLACEMENT = "\ufffd"


def strip_token_junk(token: IdToken) -> tuple[IdToken, Deviation | None]:
    """The token without control characters, bytes that are no text, and space around it.

    A token of nothing else stays as it is: it is nobody's.
    """
    if token.value.isascii() and token.value.isprintable() and token.value == token.value.strip():
        return token, None
    clean = "".join(char for char in token.value if char.isprintable() and char != _REPLACEMENT).strip()
    if not clean or clean == token.value:
        return token, None
    junk = len(token.value) - len(clean)
    return msgspec.structs.replace(token, value=clean), Deviation("strip_token_junk", f"{junk} characters")


def strip_token_suffix(token: IdToken) -> tuple[IdToken, Deviation | None]:
    """The token before its last `_`, behind which some readers write their own serial number. By pin only."""
    head, separator, _ = token.value.rpartition("_")
    if not separator or not head:
        return token, None
    return msgspec.structs.replace(token, value=head), Deviation("strip_token_suffix", f"{len(head)} characters stay")


def read_register_as_kwh(register_wh: str) -> tuple[str, Deviation]:
    """The register of a station that writes kWh where Wh is asked for. By pin only: no message shows it."""
    value = format(Decimal(register_wh) * 1000, "f")
    return value, Deviation("read_register_as_kwh", f"{register_wh[:20]} kWh")


def read_readings_as_kwh(values: tuple[MeterValue, ...]) -> tuple[MeterValue, ...]:
    """The readings of such a station: every energy times a thousand."""
    return tuple(
        msgspec.structs.replace(
            value,
            readings=tuple(
                msgspec.structs.replace(reading, value=format(Decimal(reading.value) * 1000, "f"))
                if reading.unit == "Wh"
                else reading
                for reading in value.readings
            ),
        )
        for value in values
    )
