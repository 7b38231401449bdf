"""The queries of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, insert, select

from backoffice.billing.models import LedgerEntryRow
from backoffice.billing.postings import About, Posting
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The sum of an account's entries in one currency, and how many there are."""

    account: str
    currency: str
    balance: Decimal
    entries: int


async def insert_posting(unit: Unit, posting: Posting, *, at: datetime) -> None:
    """The posting's entries are in the ledger."""
    transaction_id = posting.transaction_id(unit.tenant)
    rows = [
        {
            "tenant_id": unit.tenant,
            "transaction_id": transaction_id,
            "line": number,
            "account": entry.account,
            "amount": entry.amount,
            "currency": posting.currency,
            "at": at,
            "about": posting.about,
            "subject": posting.subject,
        }
        for number, entry in enumerate(posting.entries, start=1)
    ]
    if rows:
        await unit.session.execute(insert(LedgerEntryRow), rows)


async def select_entries(
    unit: Unit,
    *,
    account: str | None,
    about: About | None,
    subject: str | None,
    begin: datetime | None,
    end: datetime | None,
    cursor: str | None,
    limit: int,
) -> Sequence[LedgerEntryRow]:
    """A page's entries of [begin, end), the newest first, and one more than `limit` where there is one."""
    statement = select(LedgerEntryRow).where(
        LedgerEntryRow.tenant_id == unit.tenant, *_of_account(account), *_at_in(begin, end)
    )
    if about is not None:
        statement = statement.where(LedgerEntryRow.about == about)
    if subject is not None:
        statement = statement.where(LedgerEntryRow.subject == subject)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(LedgerEntryRow.at, LedgerEntryRow.transaction_id, LedgerEntryRow.line),
            parsers=(datetime.fromisoformat, str, int),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def has_posting(unit: Unit, subject: str, *, about: About, account: str | None = None) -> bool:
    """Whether such a fact about the subject is posted, with an entry of the account where one is named."""
    found = await unit.session.scalar(
        select(LedgerEntryRow.line)
        .where(
            LedgerEntryRow.tenant_id == unit.tenant,
            LedgerEntryRow.subject == subject,
            LedgerEntryRow.about == about,
            *_of_account(account),
        )
        .limit(1)
    )
    return found is not None


async def list_entries_about(unit: Unit, subjects: Sequence[str], *, limit: int) -> Sequence[LedgerEntryRow]:
    """The entries about any of these, the oldest first."""
    found = await unit.session.scalars(
        select(LedgerEntryRow)
        .where(LedgerEntryRow.tenant_id == unit.tenant, LedgerEntryRow.subject.in_(subjects))
        .order_by(LedgerEntryRow.at, LedgerEntryRow.transaction_id, LedgerEntryRow.line)
        .limit(limit)
    )
    return found.all()


def position_of_entry(row: LedgerEntryRow) -> tuple[datetime, str, int]:
    """Where a page that ends with it goes on."""
    return row.at, row.transaction_id, row.line


async def sum_accounts(
    unit: Unit, *, account: str | None, begin: datetime | None, end: datetime | None
) -> Sequence[AccountBalance]:
    """The balance of each account, by what was booked in [begin, end)."""
    found = await unit.session.execute(
        select(LedgerEntryRow.account, LedgerEntryRow.currency, func.sum(LedgerEntryRow.amount), func.count())
        .where(LedgerEntryRow.tenant_id == unit.tenant, *_of_account(account), *_at_in(begin, end))
        .group_by(LedgerEntryRow.account, LedgerEntryRow.currency)
        .order_by(LedgerEntryRow.account, LedgerEntryRow.currency)
    )
    return [AccountBalance(*row) for row in found.all()]


def _of_account(account: str | None) -> list[ColumnElement[bool]]:
    """The account of this name; all that begin with it where it ends with a colon."""
    if account is None:
        return []
    if account.endswith(":"):
        return [LedgerEntryRow.account.startswith(account, autoescape=True)]
    return [LedgerEntryRow.account == account]


def _at_in(begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    since = [] if begin is None else [LedgerEntryRow.at >= begin]
    return since if end is None else [*since, LedgerEntryRow.at < end]
