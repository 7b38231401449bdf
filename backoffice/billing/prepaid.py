"""Prepaid accounts: what operators took in advance, and what sessions draw from it (OCPP 2.1 C17).

Invariants:
1. A draw, its payment and the invoice's `paid` are written in one transaction, once for an attempt to collect.
2. An invoice draws before any card is asked, and no more than is still open of it: what a terminal settled is not
   drawn as well.
3. An open invoice whose account has credit again is due again: what is owed is drawn first.
"""

from datetime import datetime
from decimal import Decimal

from backoffice.billing import postings, repository
from backoffice.billing.balance import Balance
from backoffice.billing.errors import OtherCurrency, PrepaidAccountNotFound
from backoffice.billing.ledger import book_payment, post
from backoffice.billing.models import InvoiceRow, PaymentRow, PrepaidAccountRow, PrepaidEntryRow
from backoffice.contracts.billing import AskPrepaidCredit, PrepaidCredit
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from protocol.bus.envelope import unique_event_id
from protocol.domain.money import Money


class PrepaidAccounts:
    """Tops up, draws, and says what is left."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def credit_of(self, question: AskPrepaidCredit) -> PrepaidCredit:
        """What is left; zero for an account that is not there."""
        async with self.database.snapshot(question.tenant) as unit:
            account = await repository.read_prepaid(unit, question.account_id)
        return PrepaidCredit(Decimal(0) if account is None else account.balance)

    async def find(self, unit: Unit, account_id: str) -> PrepaidAccountRow:
        """The account. Raises PrepaidAccountNotFound."""
        account = await repository.read_prepaid(unit, account_id)
        if account is None:
            raise PrepaidAccountNotFound(account_id)
        return account

    async def top_up(self, unit: Unit, account_id: str, amount: Money) -> PrepaidAccountRow:
        """The account has the amount more. Raises OtherCurrency."""
        now = self.clock()
        account = await repository.lock_prepaid(unit, account_id, currency=amount.currency, now=now)
        if account.currency != amount.currency:
            raise OtherCurrency(account_id, account.currency)
        reference = f"top-up:{unique_event_id(now)}"
        _change(unit, account, _balance(account).topped_up(amount), reference=reference, at=now)
        await unit.session.flush()
        till = postings.cash(postings.TILL)
        await post(unit, postings.prepaid_topped_up(reference, amount, account_id=account_id, into=till), at=now)
        return account

    async def draw(self, unit: Unit, invoice: InvoiceRow) -> None:
        """What its account has left is paid of a due invoice; again for the same attempt changes nothing."""
        if invoice.prepaid_account is None:
            return
        now = self.clock()
        account = await repository.lock_prepaid(unit, invoice.prepaid_account, currency=invoice.currency, now=now)
        reference = f"{repository.PREPAID}{invoice.session_id}:{invoice.attempt}"
        left, taken = _balance(account).drawn(Money(invoice.due, invoice.currency))
        if not taken.amount or await repository.has_payment(unit, reference):
            return
        _change(unit, account, left, reference=reference, at=now)
        payment = PaymentRow(
            tenant_id=unit.tenant,
            provider_reference=reference,
            invoice_id=invoice.id,
            payment_method_id=None,
            amount=taken.amount,
            currency=taken.currency,
            paid_at=now,
        )
        await book_payment(unit, invoice, payment, into=postings.prepaid(account.id))

    async def give_back(self, unit: Unit, account_id: str, amount: Money, *, reference: str) -> None:
        """What was drawn is on the account again."""
        now = self.clock()
        account = await repository.lock_prepaid(unit, account_id, currency=amount.currency, now=now)
        _change(unit, account, _balance(account).topped_up(amount), reference=reference, at=now)
        await unit.session.flush()


def _balance(account: PrepaidAccountRow) -> Balance:
    return Balance(Money(account.balance, account.currency))


def _change(unit: Unit, account: PrepaidAccountRow, balance: Balance, *, reference: str, at: datetime) -> None:
    entry = PrepaidEntryRow(
        tenant_id=unit.tenant,
        account_id=account.id,
        reference=reference,
        amount=balance.left.amount - account.balance,
        at=at,
    )
    unit.session.add(entry)
    account.balance = balance.left.amount
