"""The tables of campaigns."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.stations.models import Base


class Campaign(Base):
    """One thing brought to many stations. `firmware` is a FirmwareBody; a configuration has the name of a `template`.

    `forgiven` failures were there when somebody last let it go on. `detail` says why it is paused.
    """

    __tablename__ = "campaigns"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    firmware: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # Any: JSON
    template: Mapped[str | None]
    wave_size: Mapped[int]
    failures_allowed: Mapped[int]
    forgiven: Mapped[int] = mapped_column(default=0)
    patience: Mapped[timedelta]
    state: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class CampaignMember(Base):
    """A station of a campaign, `place` in its order. `request_id` is what its firmware reports name.

    One that is called or was sent has until `due_at`.
    """

    __tablename__ = "campaign_members"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaigns.tenant_id", "campaigns.id"]),
        ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    state: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    request_id: Mapped[int | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    changed_at: Mapped[datetime]
