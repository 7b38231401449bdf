"""The ledger by REST, for operators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from backoffice.billing import ledger_repository
from backoffice.billing.ledger_repository import AccountBalance
from backoffice.billing.models import LedgerEntryRow
from backoffice.billing.postings import About
from backoffice.billing.service import Billing
from backoffice.kit.guards import BillingReader
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing/ledger", tags=["billing"])
BillingDep = Annotated[Billing, Depends(provided(Billing))]
Account = Annotated[
    str | None, Query(max_length=200, description="One account; all that begin so where it ends with a colon.")
]
BookedFrom = Annotated[AwareDatetime | None, Query(alias="from", description="Booked then or later.")]
BookedBefore = Annotated[AwareDatetime | None, Query(alias="to", description="Booked before.")]


class LedgerEntryView(BaseModel):
    """One side of a posting; the entries of a transaction add to zero. `subject`: the id of what it is about."""

    transaction_id: str
    line: int
    account: str
    amount: PlainDecimal
    currency: str
    at: datetime
    about: About
    subject: str

    @classmethod
    def of(cls, row: LedgerEntryRow) -> "LedgerEntryView":
        """A row as it is shown."""
        return cls(
            transaction_id=row.transaction_id,
            line=row.line,
            account=row.account,
            amount=row.amount,
            currency=row.currency,
            at=row.at,
            about=About(row.about),
            subject=row.subject,
        )


class AccountBalanceView(BaseModel):
    """What an account comes to."""

    account: str
    currency: str
    balance: PlainDecimal
    entries: int

    @classmethod
    def of(cls, balance: AccountBalance) -> "AccountBalanceView":
        """A balance as it is shown."""
        return cls(account=balance.account, currency=balance.currency, balance=balance.balance, entries=balance.entries)


class LedgerBalanceView(BaseModel):
    """Every account's balance, and by currency what all come to: zero, unless only some were asked for."""

    accounts: list[AccountBalanceView]
    totals: dict[str, PlainDecimal]


@router.get("")
async def list_ledger(
    operator: BillingReader,
    billing: BillingDep,
    account: Account = None,
    about: About | None = None,
    subject: str | None = None,
    begin: BookedFrom = None,
    end: BookedBefore = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[LedgerEntryView]:
    """What was booked, the newest first."""
    async with billing.database.transaction(operator.tenant) as unit:
        rows = await ledger_repository.select_entries(
            unit, account=account, about=about, subject=subject, begin=begin, end=end, cursor=cursor, limit=limit
        )
        return page_of(rows, limit=limit, view=LedgerEntryView.of, key=ledger_repository.position_of_entry)


@router.get("/balance")
async def read_balance(
    operator: BillingReader,
    billing: BillingDep,
    account: Account = None,
    begin: BookedFrom = None,
    end: BookedBefore = None,
) -> LedgerBalanceView:
    """What each account comes to."""
    async with billing.database.transaction(operator.tenant) as unit:
        balances = await ledger_repository.sum_accounts(unit, account=account, begin=begin, end=end)
    totals: dict[str, PlainDecimal] = {}
    for one in balances:
        totals[one.currency] = totals.get(one.currency, one.balance * 0) + one.balance
    return LedgerBalanceView(accounts=[AccountBalanceView.of(one) for one in balances], totals=totals)
