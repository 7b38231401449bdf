"""Limits: those that the CSMS sets, removes and asks for, those of others, and what a vehicle wants."""

from datetime import datetime

import msgspec

from protocol.domain.charging_profile import (
    ChargingProfile,
    ChargingSchedule,
    ProfilePurpose,
    RateUnit,
    ScheduleUpdate,
)
from protocol.domain.identifiers import TransactionId


class SetChargingProfile(msgspec.Struct, frozen=True):
    """A profile for one EVSE, or for the station where `evse` is None; one with the same id or place is replaced."""

    profile: ChargingProfile
    evse: int | None = None


class ClearChargingProfile(msgspec.Struct, frozen=True):
    """Every profile that fits all that is given goes. `evse` 0 is the station's own, None any."""

    profile_id: int | None = None
    evse: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


class GetCompositeSchedule(msgspec.Struct, frozen=True):
    """What will limit an EVSE, or the station where `evse` is None, for `duration_s` from now."""

    duration_s: int
    evse: int | None = None
    unit: RateUnit | None = None


class CompositeScheduleReply(msgspec.Struct, frozen=True):
    """`schedule` is there where Accepted; its beginning is `starts_at`."""

    status: str
    evse: int | None = None
    starts_at: datetime | None = None
    schedule: ChargingSchedule | None = None
    reason: str = ""


class GetChargingProfiles(msgspec.Struct, frozen=True):
    """The station is to report its profiles that fit all that is given (2.x). `evse` 0 is the station's own, None any.

    `sources` are CSO, EMS, Other and SO. The reports name `request_id`.
    """

    request_id: int
    evse: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None
    profile_ids: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()


class ReportChargingProfiles(msgspec.Struct, frozen=True):
    """Some of the profiles that were asked for, of one EVSE, or of the station where `evse` is None, and of one source.

    `has_more`: another report follows.
    """

    request_id: int
    source: str
    profiles: tuple[ChargingProfile, ...]
    evse: int | None = None
    has_more: bool = False


class NotifyChargingLimit(msgspec.Struct, frozen=True):
    """Somebody else limits an EVSE, or the station where `evse` is None. No schedule: the station did not say how."""

    source: str
    schedules: tuple[ChargingSchedule, ...] = ()
    evse: int | None = None
    is_grid_critical: bool | None = None


class ClearedChargingLimit(msgspec.Struct, frozen=True):
    """That limit is gone."""

    source: str
    evse: int | None = None


class AcParameters(msgspec.Struct, frozen=True):
    """What a vehicle wants of an AC outlet: currents are per phase (OCPP 2.0.1 §2 ACChargingParametersType)."""

    energy_wh: float
    min_current_a: float
    max_current_a: float
    max_voltage_v: float


class DcParameters(msgspec.Struct, frozen=True):
    """What a vehicle wants of a DC outlet (OCPP 2.0.1 §2 DCChargingParametersType). States of charge are per cent."""

    max_current_a: float
    max_voltage_v: float
    energy_wh: float | None = None
    max_power_w: float | None = None
    state_of_charge: int | None = None
    capacity_wh: float | None = None
    full_at: int | None = None
    bulk_at: int | None = None


class V2xParameters(msgspec.Struct, frozen=True):
    """What a vehicle wants that can also give (OCPP 2.1 §2 V2XChargingParametersType), as far as we use it."""

    max_charge_w: float | None = None
    max_discharge_w: float | None = None
    target_wh: float | None = None


class ChargingNeeds(msgspec.Struct, frozen=True):
    """What a vehicle wants, in its own words (ISO 15118). `energy_transfer` is the kind, as AC_three_phase.

    `control_mode` (2.1): who decides as it charges, ScheduledControl the vehicle, DynamicControl the station.
    """

    energy_transfer: str
    departs_at: datetime | None = None
    ac: AcParameters | None = None
    dc: DcParameters | None = None
    v2x: V2xParameters | None = None
    control_mode: str | None = None


class NotifyChargingNeeds(msgspec.Struct, frozen=True):
    """A vehicle says what it wants, and how many periods a schedule for it may have.

    Answered Accepted where a profile follows at once, Processing where later, and NoChargingProfile where never
    (OCPP 2.0.1 K15, where the word for it is Rejected).
    """

    evse: int
    needs: ChargingNeeds
    max_periods: int | None = None


class NotifyChargingSchedule(msgspec.Struct, frozen=True):
    """How a vehicle means to charge; its periods count from `time_base` (OCPP 2.0.1 K15 to K17)."""

    evse: int
    time_base: datetime
    schedule: ChargingSchedule


class UpdateDynamicSchedule(msgspec.Struct, frozen=True):
    """A dynamic profile says something else from now on (OCPP 2.1 K28)."""

    profile_id: int
    update: ScheduleUpdate


class PullScheduleUpdate(msgspec.Struct, frozen=True):
    """The station asks what a dynamic profile says now (OCPP 2.1 K28)."""

    profile_id: int


class ScheduleUpdateReply(msgspec.Struct, frozen=True):
    """What it says, where Accepted."""

    status: str
    update: ScheduleUpdate | None = None
    reason: str = ""


class UsePriorityCharging(msgspec.Struct, frozen=True):
    """The transaction is to charge by its priority profile, or no longer (OCPP 2.1 K21)."""

    transaction_id: TransactionId
    is_active: bool


class NotifyPriorityCharging(msgspec.Struct, frozen=True):
    """It does, or no longer: somebody at the station said so (OCPP 2.1 K22)."""

    transaction_id: TransactionId
    is_active: bool


class NotifyAllowedEnergyTransfer(msgspec.Struct, frozen=True):
    """What kinds of energy transfer the vehicle may choose from now on, as AC_BPT (OCPP 2.1 Q02)."""

    transaction_id: TransactionId
    kinds: tuple[str, ...]
