"""The tables of sessions. Energy is NUMERIC Wh, money NUMERIC."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, LargeBinary, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Declarative base."""


class IntentRow(Base):
    """A start by app. `owes_release`: its hold is to be given back, and billing has not heard of it yet.

    `is_ad_hoc`: somebody without an account pays by web page; `driver_id` is what billing calls that payment.
    """

    __tablename__ = "intents"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    driver_id: Mapped[str] = mapped_column(Text)
    station_id: Mapped[str] = mapped_column(Text)
    evse: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    remote_start_id: Mapped[int] = mapped_column(BigInteger)
    token_ref: Mapped[str | None] = mapped_column(Text)
    unspecified_ref: Mapped[str | None] = mapped_column(Text)
    session_id: Mapped[str | None] = mapped_column(Text)
    owes_release: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    limit_wanted: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    is_ad_hoc: Mapped[bool] = mapped_column(Boolean, default=False)

    @property
    def payer(self) -> str | None:
        """The driver; None where nobody that we know has paid."""
        return None if self.is_ad_hoc else self.driver_id


class SessionRow(Base):
    """A session, as far as its facts have come. Columns are None until the fact or the answer that fills them.

    `heard_until`, `heard_ahead`: see `sequence.py`. `presented`, `token_rank`: see `precedence.py`. `told_cost` is what
    the station was told last, unless it does not hear costs. `limit_wanted` and `limit_at_station`: see `limits.py`.
    `traceparent`: the trace of its last start or end that was sampled.
    """

    __tablename__ = "sessions"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[str] = mapped_column(Text)
    evse: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    driver_id: Mapped[str | None] = mapped_column(Text)
    intent_id: Mapped[str | None] = mapped_column(Text)
    token_ref: Mapped[str | None] = mapped_column(Text)
    token_mask: Mapped[str | None] = mapped_column(Text)
    presented: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # Any: the tokens as JSON
    needs_verdict: Mapped[bool] = mapped_column(Boolean)
    limit_wanted: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    limit_at_station: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    limit_seq_no: Mapped[int] = mapped_column(BigInteger)
    must_stop: Mapped[bool] = mapped_column(Boolean)
    is_announced: Mapped[bool] = mapped_column(Boolean)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    start_wh: Mapped[Decimal | None] = mapped_column(Numeric)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_wh: Mapped[Decimal | None] = mapped_column(Numeric)
    stopped_reason: Mapped[str | None] = mapped_column(Text)
    tariff: Mapped[bytes | None] = mapped_column(LargeBinary)
    tariff_id: Mapped[str | None] = mapped_column(Text)
    tariff_version: Mapped[int | None] = mapped_column(Integer)
    timezone: Mapped[str] = mapped_column(Text)
    energy_wh: Mapped[Decimal] = mapped_column(Numeric)
    power_w: Mapped[Decimal | None] = mapped_column(Numeric)
    state_of_charge_percent: Mapped[Decimal | None] = mapped_column(Numeric)
    cost_excl_vat: Mapped[Decimal] = mapped_column(Numeric)
    cost_incl_vat: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)  # Any: the price lines as JSON
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    heard_until: Mapped[int] = mapped_column(BigInteger)
    heard_ahead: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    end_seq_no: Mapped[int | None] = mapped_column(BigInteger)
    token_rank: Mapped[int | None] = mapped_column(BigInteger)
    told_cost: Mapped[Decimal | None] = mapped_column(Numeric)
    told_cost_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hears_cost: Mapped[bool] = mapped_column(Boolean)
    progress_said_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    idle_said_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    traceparent: Mapped[str] = mapped_column(Text)


class RegisterRow(Base):
    """What a transaction's register said at one instant; kept also before its start is known."""

    __tablename__ = "registers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(Text, primary_key=True)
    measured_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    register_wh: Mapped[Decimal] = mapped_column(Numeric)


class PauseRow(Base):
    """From here on energy flowed, or did not."""

    __tablename__ = "pauses"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(Text, primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    seq_no: Mapped[int] = mapped_column(BigInteger)
    is_paused: Mapped[bool] = mapped_column(Boolean)


class CdrRow(Base):
    """The frozen record of a session, or with `credits` the credit of one; the database refuses to change either.

    `record` is what was said to be billed, `evidence` what it rests on.
    """

    __tablename__ = "cdrs"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(Text)
    credits: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    issued_by: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)  # Any: the event as JSON
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)  # Any: JSON


class ParkingRow(Base):
    """A vehicle's stay in a bay. `is_asked_for`: whose it is and which tariff holds has been asked, for this driver."""

    __tablename__ = "parking_sessions"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    bay_id: Mapped[str] = mapped_column(Text)
    location_id: Mapped[str] = mapped_column(Text)
    station_id: Mapped[str | None] = mapped_column(Text)
    evse: Mapped[int | None] = mapped_column(Integer)
    plate_ref: Mapped[str | None] = mapped_column(Text)
    driver_id: Mapped[str | None] = mapped_column(Text)
    reservation_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_asked_for: Mapped[bool] = mapped_column(Boolean)
    tariff: Mapped[bytes | None] = mapped_column(LargeBinary)
    tariff_id: Mapped[str | None] = mapped_column(Text)
    tariff_version: Mapped[int | None] = mapped_column(Integer)
    timezone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    cost_excl_vat: Mapped[Decimal] = mapped_column(Numeric)
    cost_incl_vat: Mapped[Decimal] = mapped_column(Numeric)
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)  # Any: the price lines as JSON
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
