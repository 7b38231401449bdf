"""Limits that the CSMS sets, removes, and asks the station to add up."""

from datetime import datetime

import msgspec

from protocol.domain.charging_profile import ChargingProfile, ChargingSchedule, ProfilePurpose, RateUnit


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
