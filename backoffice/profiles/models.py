"""The tables of profiles."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True), Any: JSONB(none_as_null=True)}  # noqa: RUF012


class ProfileRow(Base):
    """A driver who has said something of themself; what else is theirs goes with it."""

    __tablename__ = "profiles"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    phone: Mapped[str | None]
    timezone: Mapped[str | None]
    connector_types: Mapped[Any]
    min_power_w: Mapped[int | None]
    only_green: Mapped[bool]
    only_accessible: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VehicleRow(Base):
    """A vehicle of a driver; one of them is the default."""

    __tablename__ = "vehicles"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
    name: Mapped[str]
    plate: Mapped[str | None]
    battery_wh: Mapped[int | None]
    connector_types: Mapped[Any]
    max_ac_w: Mapped[int | None]
    max_dc_w: Mapped[int | None]
    consumption_wh_per_km: Mapped[int | None]
    is_default: Mapped[bool]
    created_at: Mapped[datetime]


class FavouriteRow(Base):
    """A location or a station that a driver likes, by its id: it may be gone by now."""

    __tablename__ = "favourites"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
    location_id: Mapped[str | None]
    station_id: Mapped[str | None]
    note: Mapped[str]
    created_at: Mapped[datetime]


class ExportRow(Base):
    """The one export of a driver; the next one takes its place. `id` tells them apart.

    `due_at`: when somebody takes it up, or takes it for given up by whoever did. `document`: a ZIP, while it is READY.
    """

    __tablename__ = "exports"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    detail: Mapped[str]
    document: Mapped[bytes | None] = mapped_column(deferred=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
