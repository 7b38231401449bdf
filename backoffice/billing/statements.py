"""A month of a driver: what was billed, credited, paid and paid back, and what is owed; on account also how it is paid.

Invariants:
1. What was owed at the end is what was owed at the beginning, and billed, less credited, paid and written off, and paid
   back: each number is of its own rows, and the first and the last are the ledger's.
2. A month on account is closed once it is over, by a statement with a number without gaps. What is billed for it later
   is in the next one.
3. A statement is paid whole, by bank: all of its invoices are paid in one transaction, and each says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from backoffice.billing import postings, repository, statement_repository
from backoffice.billing.domain import INVOICE, InvoiceState, InvoiceTrigger
from backoffice.billing.errors import StatementNotFound, StatementPaid, UnknownMonth
from backoffice.billing.ledger import book_payment
from backoffice.billing.models import InvoiceRow, PaymentRow, StatementRow
from backoffice.billing.statement_repository import Month, ToState
from backoffice.contracts.billing import PaymentCompleted
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, TenantId

CLOSED_AFTER = timedelta(hours=6)
"""How long a month's last sessions may take to be billed."""

_STATEMENTS_AT_ONCE = 100
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a month comes to in one currency."""

    currency: str
    owed_before: Decimal
    billed: Decimal
    credited: Decimal
    paid: Decimal
    paid_back: Decimal
    written_off: Decimal
    owed_after: Decimal


@dataclass(frozen=True, slots=True)
class MonthlyStatement:
    """A driver's month with its totals; `month` is as 2026-11, in UTC."""

    driver_id: str
    month: str
    content: Month
    totals: tuple[Totals, ...]


class Statements:
    """Reads months, closes those on account, and books that they are paid."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def read(self, unit: Unit, driver_id: str, month: str) -> MonthlyStatement:
        """The driver's month, so far where it is not over. Raises UnknownMonth."""
        begin, end = bounds_of(month)
        content = await statement_repository.read_month(unit, driver_id, begin=begin, end=end)
        before = await statement_repository.balances_before(unit, driver_id, before=begin)
        after = await statement_repository.balances_before(unit, driver_id, before=end)
        totals = tuple(_totals_of(content, currency, before, after) for currency in sorted(after))
        return MonthlyStatement(driver_id, month, content, totals)

    async def close_months(self) -> None:
        """Every driver on account has a statement of the months that are over."""
        begin = over_until(self.clock())
        async with self.database.transaction(ALL_TENANTS) as unit:
            waiting = await statement_repository.select_to_state(
                unit, month=month_before(begin), ended_before=begin, limit=_STATEMENTS_AT_ONCE
            )
        await try_each(waiting, self._close)

    async def read_closed(
        self, unit: Unit, statement_id: str, *, driver_id: str | None
    ) -> tuple[StatementRow, Sequence[InvoiceRow]]:
        """The closed month with its invoices. Raises StatementNotFound, also where it is another driver's."""
        statement = await self.find(unit, statement_id, driver_id=driver_id)
        return statement, await statement_repository.lock_invoices_of(unit, statement_id)

    async def find(self, unit: Unit, statement_id: str, *, driver_id: str | None) -> StatementRow:
        """The statement. Raises StatementNotFound, also where it is another driver's."""
        statement = await statement_repository.lock_statement(unit, statement_id)
        if statement is None or driver_id not in (None, statement.driver_id):
            raise StatementNotFound(statement_id)
        return statement

    async def pay(self, unit: Unit, statement_id: str) -> StatementRow:
        """What is due of the statement's invoices came in by bank. Raises StatementNotFound, StatementPaid."""
        statement = await self.find(unit, statement_id, driver_id=None)
        if statement.paid_at is not None:
            raise StatementPaid(statement_id)
        statement.paid_at = self.clock()
        for invoice in await statement_repository.lock_invoices_of(unit, statement_id):
            if invoice.state == InvoiceState.ON_ACCOUNT:
                await self._book(unit, invoice, statement, now=statement.paid_at)
        await unit.session.flush()
        return statement

    async def _close(self, waiting: ToState) -> None:
        begin = over_until(self.clock())
        month = month_before(begin)
        async with self.database.transaction(TenantId(waiting.tenant_id)) as unit:
            found = await statement_repository.find_statement_of(
                unit, waiting.driver_id, month=month, currency=waiting.currency
            )
            if found is not None:
                return
            statement = StatementRow(
                tenant_id=unit.tenant,
                id=event_id(unit.tenant, "statement", waiting.driver_id, month, waiting.currency),
                number=await statement_repository.take_statement_number(unit),
                driver_id=waiting.driver_id,
                month=month,
                currency=waiting.currency,
                total_incl_vat=_ZERO,
                issued_at=self.clock(),
                paid_at=None,
            )
            await statement_repository.insert_statement(unit, statement)
            statement.total_incl_vat = await statement_repository.name_statement(unit, statement, ended_before=begin)

    async def _book(self, unit: Unit, invoice: InvoiceRow, statement: StatementRow, *, now: datetime) -> None:
        if invoice.due:
            payment = PaymentRow(
                tenant_id=unit.tenant,
                provider_reference=f"{repository.STATEMENT}{statement.id}:{invoice.id}",
                invoice_id=invoice.id,
                payment_method_id=None,
                amount=invoice.due,
                currency=invoice.currency,
                paid_at=now,
            )
            await book_payment(unit, invoice, payment, into=postings.cash(postings.BANK))
        invoice.state = INVOICE.advance(InvoiceState.ON_ACCOUNT, InvoiceTrigger.COLLECTED)
        event = PaymentCompleted(
            session_id=invoice.session_id,
            invoice_id=invoice.id,
            driver_id=DriverId(invoice.driver_id) if invoice.driver_id else None,
            amount=invoice.owed,
            currency=invoice.currency,
        )
        await unit.publish(event, key=invoice.session_id, now=now, event_id=event_id(unit.tenant, invoice.id, "stated"))


def over_until(now: datetime) -> datetime:
    """Until when months are over: the last one not before what ended in it had its time to be billed."""
    return bounds_of(month_of(now - CLOSED_AFTER))[0]


def month_of(at: datetime) -> str:
    """As 2026-11, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")


def month_before(begin: datetime) -> str:
    """The month before the one that begins then."""
    return f"{begin.year - 1}-12" if begin.month == 1 else f"{begin.year}-{begin.month - 1:02}"


def bounds_of(month: str) -> tuple[datetime, datetime]:
    """When it begins, and when the next one does. Raises UnknownMonth."""
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    except ValueError as error:
        raise UnknownMonth(month) from error
    return begin, end


def _totals_of(month: Month, currency: str, before: dict[str, Decimal], after: dict[str, Decimal]) -> Totals:
    return Totals(
        currency=currency,
        owed_before=before.get(currency, _ZERO),
        billed=sum((one.total_incl_vat for one in month.invoices if one.currency == currency), _ZERO),
        credited=sum((one.total_incl_vat for one in month.credit_notes if one.currency == currency), _ZERO),
        paid=sum((one.amount for one in month.payments if one.currency == currency), _ZERO),
        written_off=month.written_off.get(currency, _ZERO),
        paid_back=month.paid_back.get(currency, _ZERO),
        owed_after=after.get(currency, _ZERO),
    )
