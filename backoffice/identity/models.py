"""Identity's tables."""

from datetime import datetime

from sqlalchemy import Computed, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - as SQLAlchemy declares it


class Account(Base):
    """A driver or a member of staff who logs in. One address may be both.

    `password_hash` None: invited, and not here yet. `sites` are a site host's locations, and nobody else's.
    """

    __tablename__ = "accounts"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    is_staff: Mapped[bool] = mapped_column(Computed("role <> 'driver'", persisted=True))
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    sites: Mapped[list[str] | None] = mapped_column(ARRAY(Text), default=None)
    password_hash: Mapped[str | None]
    is_disabled: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class RefreshToken(Base):
    """A refresh token by its SHA-256; those that followed one login are a family."""

    __tablename__ = "refresh_tokens"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[str]
    account_id: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class RegisteredToken(Base):
    """An IdToken of a driver. `purpose` is set for the one-time tokens of starts by app.

    Tokens of one driver with one `group_name` stop each other's transactions and share reservations.
    `value` is empty where the token was adopted by its reference: nobody told us the value.
    A token that `is_prepaid` is an operator's, and charges for as long as billing has credit under its id.
    """

    __tablename__ = "id_tokens"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
    value: Mapped[str]
    type: Mapped[str]
    mask: Mapped[str]
    purpose: Mapped[str | None]
    is_blocked: Mapped[bool]
    expires_at: Mapped[datetime | None]
    group_name: Mapped[str | None]
    is_prepaid: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class UnknownToken(Base):
    """A token that a station asked about and that nobody registered, by its reference: its value is not known here."""

    __tablename__ = "unknown_tokens"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    mask: Mapped[str]
    type: Mapped[str]
    station_id: Mapped[str]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    times: Mapped[int]


class TokenReference(Base):
    """A name under which a token appears on the bus: one with its type, one as 1.6 says it, without."""

    __tablename__ = "token_refs"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[str]


class TokenGroup(Base):
    """Whose group of tokens this is: no driver joins another's, for its tokens stop each other's transactions."""

    __tablename__ = "token_groups"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
