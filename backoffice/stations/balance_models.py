"""The tables of sites' power."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.stations.models import Base


class PowerLimit(Base):
    """What the stations of a location may take together, in W. `idle_w` is what each is left while nobody charges.

    `priorities` are by station, for the policy that asks for them; the others have 0.
    """

    __tablename__ = "power_limits"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    limit_w: Mapped[int]
    idle_w: Mapped[int]
    policy: Mapped[str]
    priorities: Mapped[dict[str, int]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]


class SentShare(Base):
    """The most that a station may have taken by what it was sent and has neither accepted nor refused, in W."""

    __tablename__ = "sent_shares"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    sent_w: Mapped[int]
    sent_at: Mapped[datetime]
