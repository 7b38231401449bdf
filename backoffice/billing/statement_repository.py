"""The queries of monthly statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.domain import InvoiceState, RefundState
from backoffice.billing.models import (
    CreditNoteRow,
    InvoiceRow,
    LedgerEntryRow,
    PaymentRow,
    RefundRow,
    StatementNumberRow,
    StatementRow,
)
from backoffice.billing.postings import About, receivable
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor


class ToState(NamedTuple):
    """A driver on account with invoices that no statement names, in one currency."""

    tenant_id: str
    driver_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class Month:
    """What happened of a driver's in a time: what was billed, credited, paid and paid back.

    `written_off` and `paid_back` are by currency, as the ledger has them: a refund that returned counts in its month.
    """

    invoices: Sequence[InvoiceRow]
    credit_notes: Sequence[CreditNoteRow]
    payments: Sequence[PaymentRow]
    refunds: Sequence[RefundRow]
    written_off: Mapping[str, Decimal]
    paid_back: Mapping[str, Decimal]


async def take_statement_number(unit: Unit) -> int:
    """The tenant's next number; it is given back if the transaction fails, so there is no gap."""
    statement = insert(StatementNumberRow).values(tenant_id=unit.tenant, next_number=2)
    taken = await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={"next_number": StatementNumberRow.next_number + 1}
        ).returning(StatementNumberRow.next_number)
    )
    return int(taken.scalar_one()) - 1


async def select_to_state(unit: Unit, *, month: str, ended_before: datetime, limit: int) -> Sequence[ToState]:
    """Who of all tenants has invoices on account, of what ended before, that no statement names.

    Not who has the month's statement already: what came too late for it waits for the next.
    """
    has_statement = (
        select(StatementRow.id)
        .where(
            StatementRow.tenant_id == InvoiceRow.tenant_id,
            StatementRow.driver_id == InvoiceRow.driver_id,
            StatementRow.currency == InvoiceRow.currency,
            StatementRow.month == month,
        )
        .exists()
    )
    found = await unit.session.execute(
        select(InvoiceRow.tenant_id, InvoiceRow.driver_id, InvoiceRow.currency)
        .where(
            InvoiceRow.state == InvoiceState.ON_ACCOUNT,
            InvoiceRow.statement_id.is_(None),
            InvoiceRow.ended_at < ended_before,
            InvoiceRow.driver_id.is_not(None),
            ~has_statement,
        )
        .distinct()
        .limit(limit)
    )
    return [ToState(row[0], row[1] or "", row[2]) for row in found.all()]


async def find_statement_of(unit: Unit, driver_id: str, *, month: str, currency: str) -> StatementRow | None:
    """The driver's statement of that month."""
    return await unit.session.scalar(
        select(StatementRow).where(
            StatementRow.tenant_id == unit.tenant,
            StatementRow.driver_id == driver_id,
            StatementRow.month == month,
            StatementRow.currency == currency,
        )
    )


async def insert_statement(unit: Unit, row: StatementRow) -> None:
    """The statement is there."""
    unit.session.add(row)
    await unit.session.flush()


async def name_statement(unit: Unit, statement: StatementRow, *, ended_before: datetime) -> Decimal:
    """The driver's invoices of what ended before name the statement; returns what is due of them."""
    named = await unit.session.execute(
        update(InvoiceRow)
        .where(
            InvoiceRow.tenant_id == unit.tenant,
            InvoiceRow.driver_id == statement.driver_id,
            InvoiceRow.currency == statement.currency,
            InvoiceRow.state == InvoiceState.ON_ACCOUNT,
            InvoiceRow.statement_id.is_(None),
            InvoiceRow.ended_at < ended_before,
        )
        .values(statement_id=statement.id)
        .returning(InvoiceRow.total_incl_vat - InvoiceRow.credited + InvoiceRow.refunded - InvoiceRow.paid)
    )
    return sum(named.scalars(), Decimal(0))


async def lock_statement(unit: Unit, statement_id: str) -> StatementRow | None:
    """The statement, locked until the transaction ends."""
    return await unit.session.scalar(
        select(StatementRow)
        .where(StatementRow.tenant_id == unit.tenant, StatementRow.id == statement_id)
        .with_for_update()
    )


async def lock_invoices_of(unit: Unit, statement_id: str) -> Sequence[InvoiceRow]:
    """The statement's invoices, locked until the transaction ends, in their order."""
    found = await unit.session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.statement_id == statement_id)
        .order_by(InvoiceRow.number)
        .with_for_update()
    )
    return found.all()


async def select_statements(
    unit: Unit, *, driver_id: str | None, cursor: str | None, limit: int
) -> Sequence[StatementRow]:
    """A page's statements, the newest first, and one more than `limit` where there is one."""
    statement = select(StatementRow).where(StatementRow.tenant_id == unit.tenant)
    if driver_id is not None:
        statement = statement.where(StatementRow.driver_id == driver_id)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(StatementRow.issued_at, StatementRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def read_month(unit: Unit, driver_id: str, *, begin: datetime, end: datetime) -> Month:
    """What was billed, credited, paid and paid back in [begin, end)."""
    of_driver = (InvoiceRow.tenant_id == unit.tenant, InvoiceRow.driver_id == driver_id)
    invoices = await unit.session.scalars(
        select(InvoiceRow)
        .where(*of_driver, InvoiceRow.issued_at >= begin, InvoiceRow.issued_at < end)
        .order_by(InvoiceRow.number)
    )
    notes = await unit.session.scalars(
        select(CreditNoteRow)
        .where(
            CreditNoteRow.tenant_id == unit.tenant,
            CreditNoteRow.driver_id == driver_id,
            CreditNoteRow.issued_at >= begin,
            CreditNoteRow.issued_at < end,
        )
        .order_by(CreditNoteRow.number)
    )
    payments = await unit.session.scalars(
        select(PaymentRow)
        .join(InvoiceRow, (InvoiceRow.tenant_id == PaymentRow.tenant_id) & (InvoiceRow.id == PaymentRow.invoice_id))
        .where(*of_driver, PaymentRow.paid_at >= begin, PaymentRow.paid_at < end)
        .order_by(PaymentRow.paid_at, PaymentRow.provider_reference)
    )
    refunds = await unit.session.scalars(
        select(RefundRow)
        .join(InvoiceRow, (InvoiceRow.tenant_id == RefundRow.tenant_id) & (InvoiceRow.id == RefundRow.invoice_id))
        .where(
            *of_driver,
            RefundRow.state == RefundState.DONE,
            RefundRow.done_at >= begin,
            RefundRow.done_at < end,
        )
        .order_by(RefundRow.done_at, RefundRow.id)
    )
    booked = await _sums_of(unit, driver_id, begin=begin, end=end)
    written_off = {currency: -amount for (about, currency), amount in booked.items() if about == About.WRITE_OFF}
    paid_back: dict[str, Decimal] = {}
    for (about, currency), amount in booked.items():
        if about in (About.REFUND, About.REFUND_RETURNED, About.REFUND_AGAIN):
            paid_back[currency] = paid_back.get(currency, Decimal(0)) + amount
    return Month(invoices.all(), notes.all(), payments.all(), refunds.all(), written_off, paid_back)


async def _sums_of(unit: Unit, driver_id: str, *, begin: datetime, end: datetime) -> dict[tuple[str, str], Decimal]:
    """What was booked of what the driver owes in [begin, end), by what it is about and its currency."""
    found = await unit.session.execute(
        select(LedgerEntryRow.about, LedgerEntryRow.currency, func.sum(LedgerEntryRow.amount))
        .where(
            LedgerEntryRow.tenant_id == unit.tenant,
            LedgerEntryRow.account == receivable(driver_id),
            LedgerEntryRow.at >= begin,
            LedgerEntryRow.at < end,
        )
        .group_by(LedgerEntryRow.about, LedgerEntryRow.currency)
    )
    return {(row[0], row[1]): row[2] for row in found.all()}


async def balances_before(unit: Unit, driver_id: str, *, before: datetime) -> dict[str, Decimal]:
    """What the driver owed before that time, by currency, as the ledger has it."""
    found = await unit.session.execute(
        select(LedgerEntryRow.currency, func.sum(LedgerEntryRow.amount))
        .where(
            LedgerEntryRow.tenant_id == unit.tenant,
            LedgerEntryRow.account == receivable(driver_id),
            LedgerEntryRow.at < before,
        )
        .group_by(LedgerEntryRow.currency)
    )
    return {row[0]: row[1] for row in found.all()}
