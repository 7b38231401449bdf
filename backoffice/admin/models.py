"""The tables of admin."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True), Any: JSONB(none_as_null=True)}  # noqa: RUF012


class SettingRow(Base):
    """A value that somebody set; `location_id` is empty for the whole tenant.

    `value` None: it was taken back, and the version goes on counting.
    """

    __tablename__ = "settings"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class AlarmRuleRow(Base):
    """A tenant's rule in the place of what holds by itself."""

    __tablename__ = "alarm_rules"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    threshold: Mapped[int]
    severity: Mapped[str]
    is_enabled: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class AlarmRow(Base):
    """An alarm from its raising on; what was cleared and is wrong again is another one."""

    __tablename__ = "alarms"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    severity: Mapped[str]
    state: Mapped[str]
    detail: Mapped[str]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    acknowledged_by: Mapped[str | None] = mapped_column(default=None)
    cleared_at: Mapped[datetime | None] = mapped_column(default=None)


class WatchedEvse(Base):
    """Since when an EVSE, or the station (`evse` 0), is offline or faulted; a row that says neither is well."""

    __tablename__ = "watched_evses"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    offline_since: Mapped[datetime | None] = mapped_column(default=None)
    faulted_since: Mapped[datetime | None] = mapped_column(default=None)


class FailedPayment(Base):
    """That a payment failed, for as long as it counts."""

    __tablename__ = "failed_payments"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    failed_at: Mapped[datetime]


class QuarantinedMessage(Base):
    """A message of a station that nothing could be made of, secrets masked."""

    __tablename__ = "quarantined_messages"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str]
    action: Mapped[str]
    answer: Mapped[str]
    reason: Mapped[str]
    text: Mapped[str]
    is_truncated: Mapped[bool]
    received_at: Mapped[datetime]


class Erasure(Base):
    """A person whose account is gone, until no audit log says anything of them any more."""

    __tablename__ = "erasures"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
