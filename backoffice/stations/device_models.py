"""The tables of what a station reports of itself: reports in parts, monitors, events, display messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.stations.models import Base

Json = Any  # Any: JSON


class Report(Base):
    """A report that comes in parts. `command_id`, `requested_at` and `status` are of our order, where we made it.

    `is_of_all`: what it does not name is not there. `heard_at`: when we last heard of it.
    """

    __tablename__ = "reports"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    command_id: Mapped[str | None] = mapped_column(default=None)
    requested_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[str | None] = mapped_column(default=None)
    is_of_all: Mapped[bool] = mapped_column(default=False)
    heard_at: Mapped[datetime]
    parts: Mapped[int] = mapped_column(default=0)
    is_complete: Mapped[bool] = mapped_column(default=False)


class HeardPart(Base):
    """A part of a report. `part` is its number, or the digest of one that has none; `content` as it was said."""

    __tablename__ = "report_parts"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    seq_no: Mapped[int | None] = mapped_column(BigInteger)
    is_last: Mapped[bool]
    generated_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    content: Mapped[Json] = mapped_column(JSONB)


class StationMonitor(Base):
    """A monitor by the station's own word. `name` is a VariableName as JSON."""

    __tablename__ = "monitors"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    monitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[Json] = mapped_column(JSONB)
    kind: Mapped[str]
    value: Mapped[float]
    severity: Mapped[int] = mapped_column(BigInteger)
    is_in_transaction: Mapped[bool]
    notification: Mapped[str | None]
    known_at: Mapped[datetime]


class MonitoringSetting(Base):
    """The monitoring base and level that the station accepted last; None where it was never asked."""

    __tablename__ = "monitoring_settings"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    base: Mapped[str | None] = mapped_column(default=None)
    level: Mapped[int | None] = mapped_column(BigInteger, default=None)
    changed_at: Mapped[datetime]


class StationEventRow(Base):
    """What a station saw of a variable. `name` is a VariableName as JSON; `severity` is said by 2.1 alone."""

    __tablename__ = "station_events"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    trigger: Mapped[str]
    notification: Mapped[str]
    name: Mapped[Json] = mapped_column(JSONB)
    actual_value: Mapped[str]
    is_cleared: Mapped[bool]
    cause: Mapped[int | None] = mapped_column(BigInteger)
    monitor_id: Mapped[int | None] = mapped_column(BigInteger)
    severity: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[str | None]
    tech_code: Mapped[str | None]
    tech_info: Mapped[str | None]


class ShownMessage(Base):
    """A message that a station has for its display. `message` is a DisplayMessage as JSON."""

    __tablename__ = "display_messages"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message: Mapped[Json] = mapped_column(JSONB)
    known_at: Mapped[datetime]


class InstalledNetworkProfile(Base):
    """A network profile that the station accepted, its secrets masked."""

    __tablename__ = "network_profiles"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    profile: Mapped[Json] = mapped_column(JSONB)
    set_at: Mapped[datetime]
