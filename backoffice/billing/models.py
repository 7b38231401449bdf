"""The tables of billing. Amounts are NUMERIC with two to four decimals; nothing here is a float."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Declarative base."""


class PaymentMethodRow(Base):
    """A card of a driver; its number is the provider's secret, not ours. `remove_at`: the provider is to forget it."""

    __tablename__ = "payment_methods"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    driver_id: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    provider_reference: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text)
    last4: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    remove_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class HoldRow(Base):
    """An amount authorised for a start by app. `release_at`: until when one that goes back waits, after `silences`."""

    __tablename__ = "holds"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    intent_id: Mapped[str] = mapped_column(Text, primary_key=True)
    driver_id: Mapped[str] = mapped_column(Text)
    payment_method_id: Mapped[str] = mapped_column(Text)
    provider_reference: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    silences: Mapped[int] = mapped_column(Integer)
    release_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class InvoiceNumberRow(Base):
    """The next number of a tenant: numbers have no gaps, so they come from a row and not from a sequence."""

    __tablename__ = "invoice_numbers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    next_number: Mapped[int] = mapped_column(BigInteger)


class InvoiceRow(Base):
    """What something costs, and what of it is paid. `payment_method_id` is the card that the attempt asks.

    `session_id`: what it is about, by `kind` a charging or parking session or a reservation. `country`: whose VAT it
    is. `prepaid_account`: the balance that pays first. `refunded` is what went back of `paid`, or is on its way.
    `retry_at`: when an open one is tried again by itself, the next of its `retries`. `collect_at`: until when a due one
    waits, because asking for it failed so often. `charged_at`: when it was said to be over and to cost this.
    """

    __tablename__ = "invoices"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    session_id: Mapped[str] = mapped_column(Text)
    intent_id: Mapped[str | None] = mapped_column(Text)
    driver_id: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    station_id: Mapped[str | None] = mapped_column(Text)
    evse: Mapped[int | None] = mapped_column(Integer)
    location_id: Mapped[str | None] = mapped_column(Text)
    bay_id: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    energy_wh: Mapped[Decimal | None] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # Any: the price lines as JSON
    total_excl_vat: Mapped[Decimal] = mapped_column(Numeric)
    total_incl_vat: Mapped[Decimal] = mapped_column(Numeric)
    paid: Mapped[Decimal] = mapped_column(Numeric)
    credited: Mapped[Decimal] = mapped_column(Numeric)
    refunded: Mapped[Decimal] = mapped_column(Numeric)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer)
    payment_method_id: Mapped[str | None] = mapped_column(Text)
    prepaid_account: Mapped[str | None] = mapped_column(Text)
    payer_kind: Mapped[str] = mapped_column(Text)
    seller: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # Any: a party as JSON
    buyer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # Any: a party as JSON
    is_reverse_charge: Mapped[bool] = mapped_column(Boolean)
    statement_id: Mapped[str | None] = mapped_column(Text)
    retries: Mapped[int] = mapped_column(Integer)
    retry_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    silences: Mapped[int] = mapped_column(Integer)
    collect_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    charged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    traceparent: Mapped[str] = mapped_column(Text)

    @property
    def owed(self) -> Decimal:
        """What is to be paid in all: credit notes make it less, and what went back is owed again."""
        return self.total_incl_vat - self.credited + self.refunded

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.owed - self.paid


class PaymentRow(Base):
    """Money that came in for an invoice; without a payment method by the station's terminal, or a prepaid account."""

    __tablename__ = "payments"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider_reference: Mapped[str] = mapped_column(Text, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(Text)
    payment_method_id: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LedgerEntryRow(Base):
    """One side of a posting; rows are neither changed nor deleted. See `postings.py` for accounts and signs."""

    __tablename__ = "ledger_entries"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    transaction_id: Mapped[str] = mapped_column(Text, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    about: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)


class CreditNoteRow(Base):
    """What of an invoice is not owed after all. `lines`: its shares by rate. Numbers have no gaps, as of invoices."""

    __tablename__ = "credit_notes"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[str] = mapped_column(Text)
    driver_id: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # Any: shares as JSON
    total_excl_vat: Mapped[Decimal] = mapped_column(Numeric)
    total_incl_vat: Mapped[Decimal] = mapped_column(Numeric)
    reason: Mapped[str] = mapped_column(Text)
    issued_by: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CreditNoteNumberRow(Base):
    """The next number of a tenant's credit notes."""

    __tablename__ = "credit_note_numbers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    next_number: Mapped[int] = mapped_column(BigInteger)


class RefundRow(Base):
    """What of a payment goes back. `check_at`: when the provider is to be asked, or again, after `silences`.

    Without a credit note it is what a terminal took above what was due.
    """

    __tablename__ = "refunds"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    invoice_id: Mapped[str] = mapped_column(Text)
    credit_note_id: Mapped[str | None] = mapped_column(Text)
    payment_reference: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    provider_reference: Mapped[str] = mapped_column(Text)
    silences: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    check_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SessionCreditRow(Base):
    """A session's CDR was credited; `is_done`: so is its invoice."""

    __tablename__ = "session_credits"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    credit_id: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    is_done: Mapped[bool] = mapped_column(Boolean)
    heard_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SettlementRow(Base):
    """What a station said its terminal's provider did; `amount` is with VAT, in the tariff's currency.

    `settled_at` is the station's clock, `heard_at` ours. `is_booked`: it is a payment of the session's invoice.
    """

    __tablename__ = "settlements"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    settled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
    receipt_id: Mapped[str | None] = mapped_column(Text)
    receipt_url: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    is_booked: Mapped[bool] = mapped_column(Boolean)
    heard_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WebPaymentRow(Base):
    """Somebody without an account who scanned a station's QR code. The id is theirs alone, and the card's driver."""

    __tablename__ = "web_payments"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text)
    evse: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TerminalPaymentRow(Base):
    """A payment that a station's terminal holds, and that we are to settle; `is_asked`: the provider has answered.

    `settle_at`: until when it waits, because asking failed `silences` times.
    """

    __tablename__ = "terminal_payments"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    station_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(Text)
    is_asked: Mapped[bool] = mapped_column(Boolean)
    silences: Mapped[int] = mapped_column(Integer)
    settle_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    heard_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PrepaidAccountRow(Base):
    """What is left on a prepaid card; its id is that of the token in identity."""

    __tablename__ = "prepaid_accounts"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    balance: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PrepaidEntryRow(Base):
    """What changed a balance: a top-up, or the draw of one attempt to collect an invoice."""

    __tablename__ = "prepaid_entries"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PayerRow(Base):
    """How a driver pays, and who buys; a driver without a row pays by card."""

    __tablename__ = "payers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    driver_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    buyer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # Any: a party as JSON
    is_vat_number_valid: Mapped[bool] = mapped_column(Boolean)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SellerRow(Base):
    """Who stands on a tenant's invoices."""

    __tablename__ = "sellers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    party: Mapped[dict[str, Any]] = mapped_column(JSONB)  # Any: a party as JSON
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class VatRateRow(Base):
    """A country's VAT from a day on."""

    __tablename__ = "vat_rates"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    country: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    percent: Mapped[Decimal] = mapped_column(Numeric)
    changed_by: Mapped[str] = mapped_column(Text)


class StatementNumberRow(Base):
    """The next number of a tenant's statements."""

    __tablename__ = "statement_numbers"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    next_number: Mapped[int] = mapped_column(BigInteger)


class StatementRow(Base):
    """What a driver on account owes for a month, in one currency; its invoices name it. `month` is as 2026-11."""

    __tablename__ = "statements"

    tenant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    driver_id: Mapped[str] = mapped_column(Text)
    month: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    total_incl_vat: Mapped[Decimal] = mapped_column(Numeric)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ProviderEventRow(Base):
    """An event that a provider's webhook brought; it knows no tenant. `about`: what the provider calls the object."""

    __tablename__ = "provider_events"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    heard_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SandboxRefundRow(Base):
    """A refund in the books of the sandbox provider."""

    __tablename__ = "sandbox_refunds"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    payment_id: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SandboxPaymentRow(Base):
    """A payment in the books of the sandbox provider, which knows no tenant."""

    __tablename__ = "sandbox_payments"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    card: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    captured_amount: Mapped[Decimal] = mapped_column(Numeric)
    state: Mapped[str] = mapped_column(Text)
    decline_reason: Mapped[str] = mapped_column(Text)
    capture_before: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
