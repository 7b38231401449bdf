"""The tables of reporting. What is read of them by reports is read by views, which have no model."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import DateTime, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        Decimal: Numeric,
        str: Text,
        list[str]: ARRAY(Text),
    }


class SoldRow(Base):
    """A charging or parking session that is over, or a reservation that cost something.

    `location_id` None: where its station stands. `paused_s`: how long of it no energy flowed.
    """

    __tablename__ = "sold"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    station_id: Mapped[str | None]
    evse: Mapped[int | None] = mapped_column(SmallInteger)
    bay_id: Mapped[str | None]
    location_id: Mapped[str | None]
    tariff_id: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    energy_wh: Mapped[Decimal]
    paused_s: Mapped[Decimal]
    currency: Mapped[str]
    net: Mapped[Decimal]
    gross: Mapped[Decimal]


class BookingRow(Base):
    """An invoice, or with amounts below zero a credit note."""

    __tablename__ = "bookings"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    sold_id: Mapped[str]
    kind: Mapped[str]
    booked_at: Mapped[datetime]
    is_credit: Mapped[bool]
    currency: Mapped[str]
    net: Mapped[Decimal]
    gross: Mapped[Decimal]


class PlaceRow(Base):
    """An EVSE or a bay. `location_id` is empty until it is said; `gone_at`: its station was removed then."""

    __tablename__ = "places"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str | None]
    evse: Mapped[int | None] = mapped_column(SmallInteger)
    bay_id: Mapped[str | None]
    location_id: Mapped[str]
    first_at: Mapped[datetime]
    said_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class PortChangeRow(Base):
    """What stations said of an EVSE, or with `evse` None of the station."""

    __tablename__ = "port_changes"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int | None] = mapped_column(SmallInteger)
    is_faulted: Mapped[bool]
    is_online: Mapped[bool]


class SiteRow(Base):
    """A location, as stations described it at `asked_at`."""

    __tablename__ = "sites"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    asked_at: Mapped[datetime]


class RefreshRow(Base):
    """When the views last took in everything that was there."""

    __tablename__ = "refreshes"

    name: Mapped[str] = mapped_column(primary_key=True)
    refreshed_at: Mapped[datetime]


class ScheduleRow(Base):
    """A report that is made every week or month, the next one at `next_at`. `sites` None: of all."""

    __tablename__ = "schedules"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    by: Mapped[list[str]]
    sites: Mapped[list[str] | None]
    every: Mapped[str]
    timezone: Mapped[str]
    recipients: Mapped[list[str]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]


class ReportRow(Base):
    """A report that was made, of the days from `begin_on` until before `end_on`. `sites` None: of all."""

    __tablename__ = "reports"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    schedule_id: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    sites: Mapped[list[str] | None]
    begin_on: Mapped[date]
    end_on: Mapped[date]
    recipients: Mapped[list[str]]
    created_by: Mapped[str]
    made_at: Mapped[datetime]
    csv: Mapped[str]
