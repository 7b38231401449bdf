"""What the REST interface of campaigns takes and gives."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.kit.instants import Instant
from backoffice.stations.campaign_models import Campaign, CampaignMember
from backoffice.stations.campaign_states import CampaignKind, CampaignState, MemberState
from backoffice.stations.campaigns import CampaignPlan
from backoffice.stations.maintenance_bodies import Location

Name = Annotated[str, Field(min_length=1, max_length=200)]


class CampaignFirmware(Body):
    """Firmware, fetched by each station when its wave begins; signed with a certificate and a signature."""

    location: Location
    install_at: Instant | None = None
    signing_certificate: str | None = Field(default=None, max_length=5500)
    signature: str | None = Field(default=None, max_length=800)
    retries: int | None = Field(default=None, ge=0, le=100)
    retry_interval_s: int | None = Field(default=None, ge=0, le=86_400)

    @model_validator(mode="after")
    def _is_signed_or_not(self) -> Self:
        if (self.signing_certificate is None) != (self.signature is None):
            raise ValueError("a signature goes with the certificate that it was made by")
        return self


class NewCampaign(Body):
    """`firmware`, or the name of a configuration `template`; for `stations`, or for all of a location, vendor, model.

    `wave_size` stations are at work at a time, and each has `patience_h` hours.
    """

    name: Name
    firmware: CampaignFirmware | None = None
    template: Name | None = None
    stations: list[Name] | None = Field(default=None, min_length=1, max_length=10_000)
    location_id: Name | None = None
    vendor: Name | None = None
    model: Name | None = None
    wave_size: int = Field(default=1, ge=1, le=1_000)
    failures_allowed: int = Field(default=0, ge=0, le=10_000)
    patience_h: float = Field(default=24.0, gt=0, le=24 * 30)

    @model_validator(mode="after")
    def _is_one_thing_for_somebody(self) -> Self:
        if (self.firmware is None) == (self.template is None):
            raise ValueError("a campaign brings firmware or a template")
        is_filtered = any(one is not None for one in (self.location_id, self.vendor, self.model))
        if (self.stations is not None) == is_filtered:
            raise ValueError("name the stations, or say of which location, vendor or model they are")
        return self

    def plan(self) -> CampaignPlan:
        return CampaignPlan(
            name=self.name,
            kind=CampaignKind.CONFIGURATION if self.firmware is None else CampaignKind.FIRMWARE,
            firmware=None if self.firmware is None else self.firmware.model_dump(mode="json"),
            template=self.template,
            station_ids=self.stations,
            location_id=self.location_id,
            vendor=self.vendor,
            model=self.model,
            wave_size=self.wave_size,
            failures_allowed=self.failures_allowed,
            patience=timedelta(hours=self.patience_h),
        )


class CampaignView(BaseModel):
    """A campaign. `stations` counts them by state; `detail` says why it is paused."""

    campaign_id: str
    name: str
    kind: CampaignKind
    state: CampaignState
    detail: str
    firmware: CampaignFirmware | None
    template: str | None
    wave_size: int
    failures_allowed: int
    patience_h: float
    stations: dict[MemberState, int]
    created_by: str
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Campaign, counts: Mapping[str, int]) -> "CampaignView":
        return cls(
            campaign_id=row.id,
            name=row.name,
            kind=CampaignKind(row.kind),
            state=CampaignState(row.state),
            detail=row.detail,
            firmware=None if row.firmware is None else CampaignFirmware.model_validate(row.firmware),
            template=row.template,
            wave_size=row.wave_size,
            failures_allowed=row.failures_allowed,
            patience_h=row.patience.total_seconds() / 3600,
            stations={MemberState(state): count for state, count in counts.items()},
            created_by=row.created_by,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )


class MemberView(BaseModel):
    """A station of a campaign."""

    station_id: str
    state: MemberState
    detail: str
    due_at: datetime | None
    changed_at: datetime

    @classmethod
    def of(cls, row: CampaignMember) -> "MemberView":
        return cls(
            station_id=row.station_id,
            state=MemberState(row.state),
            detail=row.detail,
            due_at=row.due_at,
            changed_at=row.changed_at,
        )
