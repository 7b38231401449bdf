"""What a driver says of themself, and the states of an export.

Invariants:
1. An entity tag is a digest of what is shown: who changes what they have not seen is refused.
2. An export is gathered by whoever claimed it last; it is READY until it expires, and holds nothing otherwise.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

import msgspec

from protocol.domain.state_table import StateTable


@dataclass(frozen=True, slots=True)
class ChargingWishes:
    """Where a driver would charge. Connector types are OCPI words, as stations have them; none: any of them."""

    connector_types: tuple[str, ...] = ()
    min_power_w: int | None = None
    only_green: bool = False
    only_accessible: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A driver. Name and language are identity's; `timezone` an IANA name."""

    display_name: str
    language: str
    phone: str | None = None
    timezone: str | None = None
    charging: ChargingWishes = ChargingWishes()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What is driven, and what it can take. `name`: make and model, in the driver's words."""

    name: str
    plate: str | None = None
    battery_wh: int | None = None
    connector_types: tuple[str, ...] = ()
    max_ac_w: int | None = None
    max_dc_w: int | None = None
    consumption_wh_per_km: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Favourite:
    """A location or a station, one of the two, and why."""

    location_id: str | None = None
    station_id: str | None = None
    note: str = ""


def etag_of(thing: Profile | Vehicle | Favourite) -> str:
    """What names the thing as it is."""
    return f'"{sha256(msgspec.json.encode(thing)).hexdigest()[:20]}"'


def is_match(if_match: str | None, etag: str) -> bool:
    """Whether the asker has seen what is there; who names nothing does not care (RFC 9110 §13.1.1)."""
    wanted = {one.strip() for one in (if_match or "*").split(",")}
    return "*" in wanted or etag in wanted


class ExportState(StrEnum):
    """Where an export is."""

    ASKED = "asked"
    GATHERING = "gathering"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportTrigger(StrEnum):
    """What moves it."""

    CLAIM = "taken up, or whoever did was not heard of again"
    GATHERED = "everybody has answered"
    GIVE_UP = "somebody did not, again and again"
    END = "it was kept long enough"


EXPORT: StateTable[ExportState, ExportTrigger] = StateTable(
    "export",
    {
        ExportState.ASKED: {ExportTrigger.CLAIM: ExportState.GATHERING},
        ExportState.GATHERING: {
            ExportTrigger.CLAIM: ExportState.GATHERING,
            ExportTrigger.GATHERED: ExportState.READY,
            ExportTrigger.GIVE_UP: ExportState.FAILED,
        },
        ExportState.READY: {ExportTrigger.END: ExportState.EXPIRED},
        ExportState.FAILED: {},
        ExportState.EXPIRED: {},
    },
)

UNDER_WAY = (ExportState.ASKED, ExportState.GATHERING)
"""States in which no other export is begun."""

PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
"""How long after each failed attempt it is gathered again; after the last one it is given up."""
