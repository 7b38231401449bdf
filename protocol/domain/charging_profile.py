"""Charging profiles in OCPP 2.x words (OCPP 1.6 §3.13, §7.8 to §7.14; OCPP 2.0.1 K).

Limits are Decimals: amperes per phase, or watts over all phases together.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

import msgspec

from protocol.domain.identifiers import TransactionId


class ProfilePurpose(StrEnum):
    """What a profile is for. STATION_MAX is 1.6's ChargePointMaxProfile."""

    STATION_MAX = "ChargingStationMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"


class ProfileKind(StrEnum):
    """When a schedule begins: at an instant, again and again, or with the transaction."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


class Recurrency(StrEnum):
    """How often a recurring schedule begins."""

    DAILY = "Daily"
    WEEKLY = "Weekly"


class RateUnit(StrEnum):
    """What a limit counts."""

    AMPERES = "A"
    WATTS = "W"


class ChargingPeriod(msgspec.Struct, frozen=True):
    """From `start_s` seconds after the schedule's beginning the limit holds. `phases` None: the station's."""

    start_s: int
    limit: Decimal
    phases: int | None = None


class ChargingSchedule(msgspec.Struct, frozen=True):
    """Limits over time. Without `duration_s` the last one holds on; `starts_at` is when it begins, or first begins."""

    unit: RateUnit
    periods: tuple[ChargingPeriod, ...]
    duration_s: int | None = None
    starts_at: datetime | None = None
    min_rate: Decimal | None = None


class ChargingProfile(msgspec.Struct, frozen=True):
    """A schedule with its purpose; of one purpose the highest `stack_level` that says something leads."""

    profile_id: int
    stack_level: int
    purpose: ProfilePurpose
    kind: ProfileKind
    schedule: ChargingSchedule
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: TransactionId | None = None


def find_flaw(profile: ChargingProfile) -> str | None:
    """Why nobody can charge by this profile, in a few words; None where one can."""
    schedule = profile.schedule
    starts_s = [period.start_s for period in schedule.periods]
    if profile.stack_level < 0:
        return "a stack level below 0"
    if not starts_s or starts_s[0] != 0:
        return "a schedule that does not begin with its first period"
    if any(later <= earlier for earlier, later in pairwise(starts_s)):
        return "periods out of order"
    if any(period.limit < 0 for period in schedule.periods):
        return "a limit below 0"
    if any(period.phases is not None and not 1 <= period.phases <= 3 for period in schedule.periods):
        return "a number of phases that no outlet has"
    if schedule.duration_s is not None and schedule.duration_s <= 0:
        return "a schedule of no duration"
    if profile.kind is ProfileKind.RECURRING and (profile.recurrency is None or schedule.starts_at is None):
        return "a recurring schedule that does not say when"
    if profile.kind is ProfileKind.RELATIVE and profile.purpose is ProfilePurpose.STATION_MAX:
        return "a station's limit relative to a transaction"
    return None
