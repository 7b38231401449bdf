"""What we hold true of limits that others set, and of what vehicles want."""

from datetime import datetime

import msgspec

from protocol.blocks.smart_charging.messages import ChargingNeeds
from protocol.domain.charging_profile import ChargingProfile, ChargingSchedule
from protocol.domain.identifiers import TransactionId


class ChargingProfilesReported(msgspec.Struct, frozen=True):
    """The station has these profiles, of one source; `evse` None is the station. More may follow for `request_id`."""

    request_id: int
    source: str
    profiles: tuple[ChargingProfile, ...]
    evse: int | None = None
    has_more: bool = False


class ChargingLimitNotified(msgspec.Struct, frozen=True):
    """Somebody other than the CSMS limits the EVSE, or the station."""

    source: str
    schedules: tuple[ChargingSchedule, ...] = ()
    evse: int | None = None
    is_grid_critical: bool | None = None


class ChargingLimitCleared(msgspec.Struct, frozen=True):
    """That source limits the EVSE, or the station, no longer."""

    source: str
    evse: int | None = None


class ChargingNeedsNotified(msgspec.Struct, frozen=True):
    """A vehicle said what it wants; `status` is what the station heard about a profile for it."""

    evse: int
    needs: ChargingNeeds
    status: str
    max_periods: int | None = None


class ChargingScheduleNotified(msgspec.Struct, frozen=True):
    """A vehicle said how it means to charge; the periods count from `time_base`."""

    evse: int
    time_base: datetime
    schedule: ChargingSchedule


class PriorityChargingNotified(msgspec.Struct, frozen=True):
    """The transaction charges by its priority profile, or no longer."""

    transaction_id: TransactionId
    is_active: bool
