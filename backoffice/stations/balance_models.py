"""The table of sites' power."""

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
