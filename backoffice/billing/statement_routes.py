"""Monthly statements by REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from backoffice.billing import statement_repository
from backoffice.billing.credit_routes import CreditNoteView, RefundView
from backoffice.billing.models import PaymentRow, StatementRow
from backoffice.billing.schemas import InvoiceView
from backoffice.billing.statements import MonthlyStatement, Statements
from backoffice.kit.auth import Driver
from backoffice.kit.guards import BillingReader, BooksWriter, InvoicesReader
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing", tags=["billing"])
StatementsDep = Annotated[Statements, Depends(provided(Statements))]


class StatementView(BaseModel):
    """What a driver on account owes for a month. `paid_at` is null until it is paid."""

    id: str
    number: int
    driver_id: str
    month: str
    currency: str
    total_incl_vat: PlainDecimal
    issued_at: datetime
    paid_at: datetime | None

    @classmethod
    def of(cls, row: StatementRow) -> "StatementView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            number=row.number,
            driver_id=row.driver_id,
            month=row.month,
            currency=row.currency,
            total_incl_vat=row.total_incl_vat,
            issued_at=row.issued_at,
            paid_at=row.paid_at,
        )


class ClosedMonthView(StatementView):
    """A statement with what it is of."""

    invoices: list[InvoiceView]


class TotalsView(BaseModel):
    """What a month comes to: owed before, billed, less credited, paid and written off, and paid back, is owed after."""

    currency: str
    owed_before: PlainDecimal
    billed: PlainDecimal
    credited: PlainDecimal
    paid: PlainDecimal
    paid_back: PlainDecimal
    written_off: PlainDecimal
    owed_after: PlainDecimal


class MonthPaymentView(BaseModel):
    """What was paid."""

    invoice_id: str
    amount: PlainDecimal
    currency: str
    paid_at: datetime

    @classmethod
    def of(cls, row: PaymentRow) -> "MonthPaymentView":
        """A row as it is shown."""
        return cls(invoice_id=row.invoice_id, amount=row.amount, currency=row.currency, paid_at=row.paid_at)


class MonthView(BaseModel):
    """A driver's month, in UTC."""

    driver_id: str
    month: str
    invoices: list[InvoiceView]
    credit_notes: list[CreditNoteView]
    payments: list[MonthPaymentView]
    refunds: list[RefundView]
    totals: list[TotalsView]

    @classmethod
    def of(cls, statement: MonthlyStatement) -> "MonthView":
        """A statement as it is shown."""
        content = statement.content
        return cls(
            driver_id=statement.driver_id,
            month=statement.month,
            invoices=[InvoiceView.of(row) for row in content.invoices],
            credit_notes=[CreditNoteView.of(row) for row in content.credit_notes],
            payments=[MonthPaymentView.of(row) for row in content.payments],
            refunds=[RefundView.of(row) for row in content.refunds],
            totals=[
                TotalsView(
                    currency=one.currency,
                    owed_before=one.owed_before,
                    billed=one.billed,
                    credited=one.credited,
                    paid=one.paid,
                    paid_back=one.paid_back,
                    written_off=one.written_off,
                    owed_after=one.owed_after,
                )
                for one in statement.totals
            ],
        )


@router.get("/statements")
async def list_statements(
    principal: InvoicesReader, statements: StatementsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[StatementView]:
    """Closed months of drivers on account: a driver's own, or an operator's whole tenant's; the newest first."""
    driver_id = principal.driver_id
    async with statements.database.transaction(principal.tenant) as unit:
        rows = await statement_repository.select_statements(unit, driver_id=driver_id, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=StatementView.of, key=lambda row: (row.issued_at, row.id))


@router.get("/statements/{statement_id}")
async def read_statement(statement_id: str, principal: InvoicesReader, statements: StatementsDep) -> ClosedMonthView:
    """A closed month of a driver on account, with its invoices."""
    driver_id = principal.driver_id
    async with statements.database.transaction(principal.tenant) as unit:
        row, invoices = await statements.read_closed(unit, statement_id, driver_id=driver_id)
        return ClosedMonthView(
            **dict(StatementView.of(row)), invoices=[InvoiceView.of(invoice) for invoice in invoices]
        )


@router.post("/statements/{statement_id}/paid")
async def pay_statement(statement_id: str, operator: BooksWriter, statements: StatementsDep) -> StatementView:
    """What is due of it came in by bank; paid twice it is refused."""
    async with statements.database.transaction(operator.tenant) as unit:
        return StatementView.of(await statements.pay(unit, statement_id))


@router.get("/months/{month}")
async def read_own_month(month: str, driver: Driver, statements: StatementsDep) -> MonthView:
    """The driver's own month, so far where it is not over."""
    async with statements.database.snapshot(driver.tenant) as unit:
        return MonthView.of(await statements.read(unit, driver.subject, month))


@router.get("/drivers/{driver_id}/months/{month}")
async def read_month(driver_id: str, month: str, operator: BillingReader, statements: StatementsDep) -> MonthView:
    """A driver's month, for operators."""
    async with statements.database.snapshot(operator.tenant) as unit:
        return MonthView.of(await statements.read(unit, driver_id, month))
