"""The tables of reservations. Money is NUMERIC."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True), Any: JSONB(none_as_null=True)}  # noqa: RUF012


class ReservationRow(Base):
    """A reservation. `number` is what stations call it.

    `expires_at`: after it nobody is waited for. `free_until`: until then giving it up costs nothing; `is_free` says so
    of one that was given up. `hold_*`: what its station keeps, and when somebody must see to that; `watch_at`: when
    somebody must look at the places. `ended_at`: when it was honoured, given up or had expired. `owes_price`: what that
    costs is not known yet.
    """

    __tablename__ = "reservations"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    driver_id: Mapped[str]
    location_id: Mapped[str]
    timezone: Mapped[str]
    places: Mapped[Any]
    station_id: Mapped[str | None]
    evse: Mapped[int | None]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    free_until: Mapped[datetime]
    grace_s: Mapped[int]
    buffer_s: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    moved_from: Mapped[str | None]
    hold_state: Mapped[str]
    hold_detail: Mapped[str]
    hold_attempts: Mapped[int]
    hold_due_at: Mapped[datetime | None]
    watch_at: Mapped[datetime | None]
    endangered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    reason: Mapped[str]
    is_free: Mapped[bool]
    session_id: Mapped[str | None]
    owes_price: Mapped[bool]
    tariff_id: Mapped[str | None]
    tariff_version: Mapped[int | None]
    currency: Mapped[str | None]
    lines: Mapped[Any | None]
    total_excl_vat: Mapped[Decimal | None]
    total_incl_vat: Mapped[Decimal | None]


class ReservedPlaceRow(Base):
    """One place of a reservation. While it is active no other overlaps from `held_from` until `held_until`.

    `serves_key`: the bay of the EVSE, or the EVSE of the bay: whoever comes there has come.
    """

    __tablename__ = "reserved_places"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    reservation_id: Mapped[str] = mapped_column(primary_key=True)
    place_key: Mapped[str] = mapped_column(primary_key=True)
    serves_key: Mapped[str | None]
    held_from: Mapped[datetime]
    held_until: Mapped[datetime]
    is_active: Mapped[bool]


class PolicyRow(Base):
    """What a tenant allows: see `Policy`."""

    __tablename__ = "policies"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    free_cancellation_s: Mapped[int]
    grace_s: Mapped[int]
    buffer_s: Mapped[int]
    shortest_s: Mapped[int]
    longest_s: Mapped[int]
    ahead_s: Mapped[int]
    at_once: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]
