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
    """What a profile is for. STATION_MAX is 1.6's ChargePointMaxProfile; 1.6 has the first three, 2.1 the last two.

    EXTERNAL is what somebody else imposes on the station; a station reports it and the CSMS never sets it.
    """

    STATION_MAX = "ChargingStationMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    EXTERNAL = "ChargingStationExternalConstraints"
    PRIORITY = "PriorityCharging"
    LOCAL_GENERATION = "LocalGeneration"


class ProfileKind(StrEnum):
    """When a schedule begins: at an instant, again and again, or with the transaction; 2.1 changes one as it runs."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class Recurrency(StrEnum):
    """How often a recurring schedule begins."""

    DAILY = "Daily"
    WEEKLY = "Weekly"


class RateUnit(StrEnum):
    """What a limit counts."""

    AMPERES = "A"
    WATTS = "W"


class ChargingPeriod(msgspec.Struct, frozen=True):
    """From `start_s` seconds after the schedule's beginning the limit holds. `phases` None: the station's.

    `limit` None limits nothing (2.1, where a setpoint may stand in its place). `phase_to_use`: which one, where a
    single one is used (2.x). The rest came with 2.1: `mode` is an operation mode, as ChargingOnly; a setpoint is to be
    met and a discharge limit not to be passed, both below 0 where the vehicle gives.
    """

    start_s: int
    limit: Decimal | None
    phases: int | None = None
    phase_to_use: int | None = None
    mode: str | None = None
    setpoint: Decimal | None = None
    discharge_limit: Decimal | None = None


class ScheduleUpdate(msgspec.Struct, frozen=True):
    """What a dynamic profile says from now on; what is None stays (OCPP 2.1 §2 ChargingScheduleUpdateType)."""

    limit: Decimal | None = None
    setpoint: Decimal | None = None
    discharge_limit: Decimal | None = None


class LimitAtSoc(msgspec.Struct, frozen=True):
    """The limit once the battery has this state of charge, in per cent (2.1)."""

    soc: int
    limit: Decimal


class TariffCost(msgspec.Struct, frozen=True):
    """What a price level costs: `amount` times ten to the power of `multiplier`, in what `kind` says."""

    kind: str
    amount: int
    multiplier: int | None = None


class ConsumptionCost(msgspec.Struct, frozen=True):
    """The costs from this consumption on."""

    start_value: Decimal
    costs: tuple[TariffCost, ...]


class SalesTariffEntry(msgspec.Struct, frozen=True):
    """A price level from `start_s` seconds after the schedule's beginning on."""

    start_s: int
    duration_s: int | None = None
    price_level: int | None = None
    costs: tuple[ConsumptionCost, ...] = ()


class SalesTariff(msgspec.Struct, frozen=True):
    """Prices over time as ISO 15118-2 tells them to a vehicle (OCPP 2.0.1 §2 SalesTariffType)."""

    tariff_id: int
    entries: tuple[SalesTariffEntry, ...]
    description: str | None = None
    price_levels: int | None = None


class ChargingSchedule(msgspec.Struct, frozen=True):
    """Limits over time. Without `duration_s` the last one holds on; `starts_at` is when it begins, or first begins.

    `schedule_id` is its name among the schedules of a profile (2.x), `sales_tariff` what a vehicle chooses by. The rest
    came with 2.1; `random_delay_s`: the station begins each period up to so much later.
    """

    unit: RateUnit
    periods: tuple[ChargingPeriod, ...]
    duration_s: int | None = None
    starts_at: datetime | None = None
    min_rate: Decimal | None = None
    schedule_id: int = 0
    sales_tariff: SalesTariff | None = None
    random_delay_s: int | None = None
    limit_at_soc: LimitAtSoc | None = None


class ChargingProfile(msgspec.Struct, frozen=True):
    """A schedule with its purpose; of one purpose the highest `stack_level` that says something leads.

    `alternatives`: two more schedules at most, of which a vehicle may choose one instead (ISO 15118; 2.x). The rest
    came with 2.1: `max_offline_s` is how long it holds without a connection, `ends_after_offline` whether it is gone
    then, and `update_interval_s` how often the station asks what a dynamic one says now.
    """

    profile_id: int
    stack_level: int
    purpose: ProfilePurpose
    kind: ProfileKind
    schedule: ChargingSchedule
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: TransactionId | None = None
    alternatives: tuple[ChargingSchedule, ...] = ()
    max_offline_s: int | None = None
    ends_after_offline: bool | None = None
    update_interval_s: int | None = None
    updated_at: datetime | None = None

    @property
    def schedules(self) -> tuple[ChargingSchedule, ...]:
        """Every schedule, the one that holds first."""
        return (self.schedule, *self.alternatives)


def find_novelty(profile: ChargingProfile) -> str | None:
    """What of a profile came with OCPP 2.1, in a few words; None where nothing did."""
    if profile.kind is ProfileKind.DYNAMIC:
        return "a dynamic profile"
    if profile.purpose in (ProfilePurpose.PRIORITY, ProfilePurpose.LOCAL_GENERATION):
        return f"a profile for {profile.purpose}"
    own = (profile.max_offline_s, profile.ends_after_offline, profile.update_interval_s, profile.updated_at)
    if any(one is not None for one in own):
        return "a profile that depends on the connection"
    novelties = (_novelty_of(schedule) for schedule in profile.schedules)
    return next((novelty for novelty in novelties if novelty is not None), None)


def _novelty_of(schedule: ChargingSchedule) -> str | None:
    if schedule.random_delay_s is not None or schedule.limit_at_soc is not None:
        return "a schedule with a random delay, or a limit at a state of charge"
    if any(period.limit is None for period in schedule.periods):
        return "a period without a limit"
    extras = (one for period in schedule.periods for one in (period.mode, period.setpoint, period.discharge_limit))
    return "a period with an operation mode" if any(one is not None for one in extras) else None


def find_flaw(profile: ChargingProfile) -> str | None:
    """Why nobody can charge by this profile, in a few words; None where one can."""
    if profile.stack_level < 0:
        return "a stack level below 0"
    if profile.alternatives and profile.purpose is not ProfilePurpose.TX:
        return "several schedules where no vehicle chooses one"
    flaws = (_flaw_of(schedule, profile) for schedule in profile.schedules)
    return next((flaw for flaw in flaws if flaw is not None), None)


def _flaw_of(schedule: ChargingSchedule, profile: ChargingProfile) -> str | None:
    starts_s = [period.start_s for period in schedule.periods]
    if not starts_s or starts_s[0] != 0:
        return "a schedule that does not begin with its first period"
    if any(later <= earlier for earlier, later in pairwise(starts_s)):
        return "periods out of order"
    if any(period.limit is not None and period.limit < 0 for period in schedule.periods):
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
