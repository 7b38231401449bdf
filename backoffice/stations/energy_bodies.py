"""Bodies of commands about profiles that stations report and firmware that they publish (see `command_bodies.py`)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID, some_id
from backoffice.stations.maintenance_bodies import Location
from protocol.blocks.firmware.messages import PublishFirmware, UnpublishFirmware
from protocol.blocks.smart_charging.messages import (
    GetChargingProfiles,
    NotifyAllowedEnergyTransfer,
    UpdateDynamicSchedule,
    UsePriorityCharging,
)
from protocol.domain.charging_profile import ProfilePurpose, ScheduleUpdate
from protocol.domain.identifiers import TransactionId

Checksum = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{32}$", description="MD5 in hex.")]
Source = Literal["CSO", "EMS", "Other", "SO"]
EnergyTransfer = Literal[
    "AC_single_phase",
    "AC_two_phase",
    "AC_three_phase",
    "DC",
    "AC_BPT",
    "AC_BPT_DER",
    "AC_DER",
    "DC_BPT",
    "DC_ACDP",
    "DC_ACDP_BPT",
    "WPT",
]


class ChargingProfilesBody(Body):
    """Report the profiles that fit all that is given; `evse` 0 is the station's own. They appear under `limits`."""

    evse: int | None = Field(default=None, ge=0)
    purpose: ProfilePurpose | None = None
    stack_level: int | None = Field(default=None, ge=0)
    profile_ids: list[int] = Field(default=[], max_length=100)
    sources: list[Source] = Field(default=[], max_length=4)
    request_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def message(self) -> GetChargingProfiles:
        """The command."""
        return GetChargingProfiles(
            request_id=self.request_id,
            evse=self.evse,
            purpose=self.purpose,
            stack_level=self.stack_level,
            profile_ids=tuple(self.profile_ids),
            sources=tuple(self.sources),
        )


class ScheduleUpdateBody(Body):
    """A dynamic profile says something else from now on (2.1); what is not given stays."""

    profile_id: int
    limit: Decimal | None = Field(default=None, decimal_places=1)
    setpoint: Decimal | None = Field(default=None, decimal_places=1)
    discharge_limit: Decimal | None = Field(default=None, le=0, decimal_places=1)

    def message(self) -> UpdateDynamicSchedule:
        """The command."""
        return UpdateDynamicSchedule(self.profile_id, ScheduleUpdate(self.limit, self.setpoint, self.discharge_limit))


class PriorityBody(Body):
    """Charge the transaction by its priority profile, or no longer (2.1)."""

    transaction_id: str = Field(min_length=1, max_length=36)
    is_active: bool = True

    def message(self) -> UsePriorityCharging:
        """The command."""
        return UsePriorityCharging(TransactionId(self.transaction_id), self.is_active)


class EnergyTransferBody(Body):
    """The kinds of energy transfer that the vehicle may choose from now on (2.1)."""

    transaction_id: str = Field(min_length=1, max_length=36)
    kinds: list[EnergyTransfer] = Field(min_length=1)

    def message(self) -> NotifyAllowedEnergyTransfer:
        """The command."""
        return NotifyAllowedEnergyTransfer(TransactionId(self.transaction_id), tuple(self.kinds))


class PublishFirmwareBody(Body):
    """Offer this firmware to the stations behind the local controller."""

    location: Location
    checksum: Checksum
    retries: int | None = Field(default=None, ge=0)
    retry_interval_s: int | None = Field(default=None, ge=0)
    request_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def message(self) -> PublishFirmware:
        """The command."""
        return PublishFirmware(
            location=self.location,
            checksum=self.checksum,
            request_id=self.request_id,
            retries=self.retries,
            retry_interval_s=self.retry_interval_s,
        )


class UnpublishFirmwareBody(Body):
    """Offer it no longer."""

    checksum: Checksum

    def message(self) -> UnpublishFirmware:
        """The command."""
        return UnpublishFirmware(self.checksum)
