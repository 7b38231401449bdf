"""Tables of tariffs. A place without a station is the tenant; one without an EVSE the station."""

from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - as SQLAlchemy declares it


class TariffVersionRow(Base):
    """A version, as OCPI JSON to the letter."""

    __tablename__ = "tariff_versions"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    tariff_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    tariff: Mapped[bytes]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class AssignmentRow(Base):
    """A tariff at a place. `station_id` empty and `evse` 0 stand for none: a key has no NULL."""

    __tablename__ = "assignments"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    tariff_id: Mapped[str]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[str]


class DriverAssignmentRow(Base):
    """A tariff that is a driver's own, wherever they charge."""

    __tablename__ = "driver_assignments"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    tariff_id: Mapped[str]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[str]


class ScopeAssignmentRow(Base):
    """A tariff of a site, a parking bay or a group of drivers: `scope` says which, `scope_id` names it."""

    __tablename__ = "scope_assignments"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    scope_id: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    tariff_id: Mapped[str]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[str]


class GroupMemberRow(Base):
    """A driver in a group, from `valid_from` until `valid_until`."""

    __tablename__ = "group_members"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    group_id: Mapped[str]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[str]
