"""The tables of telemetry. `readings` is partitioned by month, `frames` by day; partitions have no model."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Declarative base."""


class ReadingRow(Base):
    """One reading."""

    __tablename__ = "readings"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    evse: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    measured_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    measurand: Mapped[str] = mapped_column(Text, primary_key=True)
    phase: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    context: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Decimal] = mapped_column(Numeric)
    unit: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StationEventRow(Base):
    """One fact about a station."""

    __tablename__ = "station_events"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text)
    event_type: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)  # Any: JSON


class FrameRow(Base):
    """One frame of the message log, secrets masked."""

    __tablename__ = "frames"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    frame_id: Mapped[str] = mapped_column(Text, primary_key=True)
    direction: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    deviations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    text: Mapped[str] = mapped_column(Text)
    is_truncated: Mapped[bool]


class DeviationRow(Base):
    """How often a station needed one rule."""

    __tablename__ = "deviations"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_detail: Mapped[str] = mapped_column(Text)
    counted_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    counted: Mapped[int] = mapped_column(BigInteger)


class RollupRow(Base):
    """What the readings of one EVSE and measurand were in a bucket of `step_s` seconds.

    `rise`: how far the value rose from the first to the last of them; falls, where a meter was changed, are no rise.
    """

    __tablename__ = "rollups"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    evse: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    measurand: Mapped[str] = mapped_column(Text, primary_key=True)
    step_s: Mapped[int] = mapped_column(Integer, primary_key=True)
    begins_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    phase: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    unit: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    total: Mapped[Decimal] = mapped_column(Numeric)
    minimum: Mapped[Decimal] = mapped_column(Numeric)
    maximum: Mapped[Decimal] = mapped_column(Numeric)
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    first: Mapped[Decimal] = mapped_column(Numeric)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last: Mapped[Decimal] = mapped_column(Numeric)
    rise: Mapped[Decimal] = mapped_column(Numeric)


class RollupMarkRow(Base):
    """A quarter of an hour of one EVSE that is to be rolled up, as it gained readings."""

    __tablename__ = "rollup_marks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Text)
    station_id: Mapped[str] = mapped_column(Text)
    evse: Mapped[int] = mapped_column(SmallInteger)
    begins_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PortChangeRow(Base):
    """What stations said of a port, or with `evse` None of the station, from `at` on."""

    __tablename__ = "port_changes"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    evse: Mapped[int | None] = mapped_column(SmallInteger)
    location_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    is_online: Mapped[bool]


class ClosureRow(Base):
    """A closure as it was last said. `reopened_at`: it ended then, whatever was planned."""

    __tablename__ = "closures"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    closure_id: Mapped[str] = mapped_column(Text, primary_key=True)
    location_id: Mapped[str] = mapped_column(Text)
    places: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # Any: JSON
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_planned: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reopened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ExclusionRow(Base):
    """Minutes of outage that the operator is not answerable for; `evse` None: of all ports of the station."""

    __tablename__ = "exclusions"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text)
    evse: Mapped[int | None] = mapped_column(SmallInteger)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cause: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
