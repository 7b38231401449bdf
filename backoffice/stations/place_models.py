"""The tables of parking bays and of closures."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.stations.models import Base


class ParkingBay(Base):
    """A place to park. `station_id` and `evse`: the EVSE that a vehicle there can charge at, if any.

    `state` is what was said last, at `state_at`; a vehicle is there where `occupied_since` is set. `version` counts
    what operators changed, not who comes and goes. `max_stay_s`: longer is an overstay.
    """

    __tablename__ = "parking_bays"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str]
    name: Mapped[str]
    station_id: Mapped[str | None] = mapped_column(default=None)
    evse: Mapped[int | None] = mapped_column(default=None)
    is_accessible: Mapped[bool]
    is_ev_only: Mapped[bool]
    is_reservable: Mapped[bool]
    max_height_cm: Mapped[int | None]
    max_stay_s: Mapped[int | None]
    state: Mapped[str]
    state_at: Mapped[datetime | None] = mapped_column(default=None)
    occupied_since: Mapped[datetime | None] = mapped_column(default=None)
    plate_ref: Mapped[str | None] = mapped_column(default=None)
    version: Mapped[int]
    created_at: Mapped[datetime]


class Closure(Base):
    """Maintenance or an outage of places at one location. `until` None: nobody knows yet."""

    __tablename__ = "closures"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    state: Mapped[str]
    state_at: Mapped[datetime]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class ClosedPlace(Base):
    """A place of a closure that is neither over nor called off, or with `is_over` was one.

    It repeats the closure's times, so that a search asks one index. `evse` 0 and `station_id` empty: a parking bay.
    """

    __tablename__ = "closed_places"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "closure_id"], ["closures.tenant_id", "closures.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    closure_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    bay_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    is_over: Mapped[bool]
