"""What is booked when money moves or is owed: double entry, as plain functions.

Invariants:
1. A posting's entries add to zero, are in one currency, and none is zero. More is owed to us, or more is in our hands,
   where an amount is positive; revenue, VAT, prepaid credit and what is paid back are negative.
2. One fact has one posting: its transaction id follows from what it is about.

| Account | |
|---|---|
| `receivable:<driver>` | what a driver owes us, or we them below zero; `anonymous`: people without an account |
| `revenue:<kind>` | what we earned without VAT: charging, parking, reservation |
| `vat:<country>:<rate>` | what we owe the tax office |
| `cash:<provider>` | what a provider has for us; `terminal`: stations' own, `till`: by hand, `bank`: statements |
| `prepaid:<account>` | what we owe the holder of a prepaid card |
| `write-off` | what nobody will pay any more |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backoffice.billing.shares import Share
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

WRITE_OFF = "write-off"
TILL = "till"
TERMINAL = "terminal"
BANK = "bank"
ANONYMOUS = "anonymous"


class About(StrEnum):
    """What a posting is about; its subject is the row's id or reference."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    TOP_UP = "top_up"
    CREDIT_NOTE = "credit_note"
    REFUND = "refund"
    REFUND_RETURNED = "refund_returned"
    REFUND_AGAIN = "refund_again"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting."""

    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """What is booked for one fact; no entries where nothing moved."""

    about: About
    subject: str
    currency: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        total = sum((entry.amount for entry in self.entries), Decimal(0))
        if total:
            raise ValueError(f"the posting of {self.about} {self.subject} is out of balance by {total}")
        if not all(entry.amount for entry in self.entries):
            raise ValueError(f"the posting of {self.about} {self.subject} has an entry of nothing")

    def transaction_id(self, tenant: TenantId) -> str:
        """Of its entries."""
        return event_id(tenant, "ledger", self.about, self.subject)


def receivable(driver_id: str | None) -> str:
    """Where it is booked what the driver owes."""
    return f"receivable:{driver_id or ANONYMOUS}"


def revenue(kind: str) -> str:
    """Where it is booked what is earned by this kind of invoice."""
    return f"revenue:{kind}"


def vat(country: str, percent: Decimal) -> str:
    """Where VAT of this rate is booked."""
    return f"vat:{country}:{plain_rate(percent)}"


def cash(provider: str) -> str:
    """Where it is booked what this provider has for us."""
    return f"cash:{provider}"


def prepaid(account_id: str) -> str:
    """Where it is booked what is left on a prepaid card."""
    return f"prepaid:{account_id}"


def plain_rate(percent: Decimal) -> str:
    """19 for 19.00, 8.1 for 8.10, 20 for 2E+1."""
    text = format(percent.normalize(), "f")
    return text if text != "-0" else "0"


def invoice_issued(
    invoice_id: str, *, owed_by: str, earned_as: str, country: str, currency: str, shares: Sequence[Share]
) -> Posting:
    """The driver owes the total; it is revenue, and VAT by rate."""
    return _posting(About.INVOICE, invoice_id, currency, _earned(owed_by, earned_as, country, shares))


def invoice_credited(
    credit_note_id: str, *, owed_by: str, earned_as: str, country: str, currency: str, shares: Sequence[Share]
) -> Posting:
    """What was earned is given up: the reverse of an invoice."""
    reversed_pairs = [(account, -amount) for account, amount in _earned(owed_by, earned_as, country, shares)]
    return _posting(About.CREDIT_NOTE, credit_note_id, currency, reversed_pairs)


def payment_captured(reference: str, amount: Money, *, into: str, owed_by: str) -> Posting:
    """Money is in `into` (a provider's account, or out of a prepaid one), and the driver owes as much less."""
    pairs = [(into, amount.amount), (owed_by, -amount.amount)]
    return _posting(About.PAYMENT, reference, amount.currency, pairs)


def prepaid_topped_up(reference: str, amount: Money, *, account_id: str, into: str) -> Posting:
    """Money is in the till, and the account's holder has credit for it."""
    pairs = [(into, amount.amount), (prepaid(account_id), -amount.amount)]
    return _posting(About.TOP_UP, reference, amount.currency, pairs)


def refunded(refund_id: str, amount: Money, *, out_of: str, owed_by: str, about: About = About.REFUND) -> Posting:
    """Money went back: what a credit note left owed to the driver is owed no more. REFUND_AGAIN after it returned."""
    pairs = [(owed_by, amount.amount), (out_of, -amount.amount)]
    return _posting(about, refund_id, amount.currency, pairs)


def refund_returned(refund_id: str, amount: Money, *, into: str, owed_by: str) -> Posting:
    """Money that went back did not arrive, and is ours again: the reverse of a refund."""
    pairs = [(into, amount.amount), (owed_by, -amount.amount)]
    return _posting(About.REFUND_RETURNED, refund_id, amount.currency, pairs)


def written_off(invoice_id: str, amount: Money, *, owed_by: str) -> Posting:
    """Nobody will pay this any more: it is our loss."""
    pairs = [(WRITE_OFF, amount.amount), (owed_by, -amount.amount)]
    return _posting(About.WRITE_OFF, invoice_id, amount.currency, pairs)


def _earned(owed_by: str, earned_as: str, country: str, shares: Sequence[Share]) -> list[tuple[str, Decimal]]:
    total = sum((share.incl_vat for share in shares), Decimal(0))
    return [
        (owed_by, total),
        *((earned_as, -share.excl_vat) for share in shares),
        *((vat(country, share.vat_percent), -share.vat) for share in shares),
    ]


def _posting(about: About, subject: str, currency: str, pairs: Iterable[tuple[str, Decimal]]) -> Posting:
    """With one entry an account, and none of nothing."""
    amounts: dict[str, Decimal] = {}
    for account, amount in pairs:
        amounts[account] = amounts.get(account, Decimal(0)) + amount
    entries = tuple(Entry(account, amount) for account, amount in amounts.items() if amount)
    return Posting(about, subject, currency, entries)
