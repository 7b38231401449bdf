"""The states of holds, invoices and refunds, and what is to be done about an invoice.

Invariants:
1. What of an invoice was paid and does not go back never exceeds its total, and PAID means that nothing is due any
   more; CREDITED that it was never all paid, and credit notes took the rest; WRITTEN_OFF that nobody will pay what is
   due.
2. What was held and is not needed is given back.
3. The keys under which a provider is asked follow from the session and the attempt alone, and an attempt asks one card.
4. A hold that an invoice names is that invoice's: it is captured or given back by its collection, and by nobody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from protocol.domain.money import Money
from protocol.domain.state_table import StateTable

RETRY_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""How long after each failed attempt an open invoice is tried again, besides what its driver does."""

LONGEST_WAIT = timedelta(minutes=5)
"""How long anything waits at most for a provider that is silent, or that cannot be asked."""

_FIRST_WAIT = timedelta(seconds=0.25)


class HoldState(StrEnum):
    """Where an amount is that was authorised before a start."""

    REQUESTED = "requested"
    HELD = "held"
    DECLINED = "declined"
    RELEASING = "releasing"
    RELEASED = "released"
    CAPTURED = "captured"


class HoldTrigger(StrEnum):
    """What moves it."""

    AUTHORISED = "authorised"
    REFUSED = "refused"
    GIVE_BACK = "give back"
    GIVEN_BACK = "given back"
    TAKEN = "taken"


HOLD: StateTable[HoldState, HoldTrigger] = StateTable(
    "hold",
    {
        HoldState.REQUESTED: {
            HoldTrigger.AUTHORISED: HoldState.HELD,
            HoldTrigger.REFUSED: HoldState.DECLINED,
            HoldTrigger.GIVE_BACK: HoldState.RELEASING,
        },
        HoldState.HELD: {
            HoldTrigger.GIVE_BACK: HoldState.RELEASING,
            HoldTrigger.TAKEN: HoldState.CAPTURED,
            HoldTrigger.GIVEN_BACK: HoldState.RELEASED,
            HoldTrigger.REFUSED: HoldState.DECLINED,
        },
        HoldState.RELEASING: {HoldTrigger.GIVEN_BACK: HoldState.RELEASED},
        HoldState.DECLINED: {},
        HoldState.RELEASED: {},
        HoldState.CAPTURED: {},
    },
)


class InvoiceKind(StrEnum):
    """What an invoice is for."""

    CHARGING = "charging"
    PARKING = "parking"
    RESERVATION = "reservation"


class PayerKind(StrEnum):
    """How a driver pays: by card at once, on account with a statement a month, or not at all."""

    CARD = "card"
    ACCOUNT = "account"
    FREE = "free"


class InvoiceState(StrEnum):
    """DUE: to be collected now. OPEN: an attempt failed, and it is tried again later, or somebody has to do something.

    ON_ACCOUNT: it waits for its month's statement to be paid, and nobody collects it.
    """

    DUE = "due"
    OPEN = "open"
    ON_ACCOUNT = "on_account"
    PAID = "paid"
    CREDITED = "credited"
    WRITTEN_OFF = "written_off"


class InvoiceTrigger(StrEnum):
    """What moves it."""

    COLLECTED = "collected in full"
    FAILED = "not collected in full"
    RETRY = "try again"
    CREDIT = "credited in full"
    GIVE_UP = "written off"


INVOICE: StateTable[InvoiceState, InvoiceTrigger] = StateTable(
    "invoice",
    {
        InvoiceState.DUE: {
            InvoiceTrigger.COLLECTED: InvoiceState.PAID,
            InvoiceTrigger.FAILED: InvoiceState.OPEN,
        },
        InvoiceState.OPEN: {
            InvoiceTrigger.RETRY: InvoiceState.DUE,
            InvoiceTrigger.CREDIT: InvoiceState.CREDITED,
            InvoiceTrigger.GIVE_UP: InvoiceState.WRITTEN_OFF,
        },
        InvoiceState.ON_ACCOUNT: {
            InvoiceTrigger.COLLECTED: InvoiceState.PAID,
            InvoiceTrigger.CREDIT: InvoiceState.CREDITED,
        },
        InvoiceState.PAID: {},
        InvoiceState.CREDITED: {},
        InvoiceState.WRITTEN_OFF: {},
    },
)


class RefundState(StrEnum):
    """REQUESTED: the provider is to be asked. PENDING: it has promised. BY_HAND, FAILED: an operator has to pay it.

    What a provider has paid back may come back to it, days later: DONE is then FAILED.
    """

    REQUESTED = "requested"
    PENDING = "pending"
    BY_HAND = "by_hand"
    FAILED = "failed"
    DONE = "done"


class RefundTrigger(StrEnum):
    """What moves it."""

    PROMISED = "promised by the provider"
    PAID_BACK = "paid back"
    REFUSED = "refused by the provider"
    PAID_BY_HAND = "paid by hand"
    RETURNED = "returned to the provider"


REFUND: StateTable[RefundState, RefundTrigger] = StateTable(
    "refund",
    {
        RefundState.REQUESTED: {
            RefundTrigger.PROMISED: RefundState.PENDING,
            RefundTrigger.PAID_BACK: RefundState.DONE,
            RefundTrigger.REFUSED: RefundState.FAILED,
        },
        RefundState.PENDING: {
            RefundTrigger.PROMISED: RefundState.PENDING,
            RefundTrigger.PAID_BACK: RefundState.DONE,
            RefundTrigger.REFUSED: RefundState.FAILED,
        },
        RefundState.BY_HAND: {RefundTrigger.PAID_BY_HAND: RefundState.DONE},
        RefundState.FAILED: {RefundTrigger.PAID_BY_HAND: RefundState.DONE},
        RefundState.DONE: {RefundTrigger.RETURNED: RefundState.FAILED},
    },
)


@dataclass(frozen=True, slots=True)
class Collected:
    """What an attempt brought in. `reason` is empty where nothing is missing."""

    amount: Money
    provider_reference: str = ""
    hold_trigger: HoldTrigger | None = None
    reason: str = ""


def outcome_of(total: Money, paid_before: Decimal, collected: Collected) -> tuple[InvoiceTrigger, Money]:
    """Whether the invoice is paid now, and what stays open."""
    open_amount = total - Money(paid_before, total.currency) - collected.amount
    assert open_amount.amount >= 0, "more was collected than was due"
    return (InvoiceTrigger.FAILED if open_amount.amount > 0 else InvoiceTrigger.COLLECTED), open_amount


def hold_key(intent_id: str) -> str:
    """The provider's idempotency key of a hold."""
    return f"hold:{intent_id}"


def next_retry(retries: int, *, now: datetime) -> datetime | None:
    """When an invoice that stays open is tried again by itself, after so many such retries; None: no more."""
    return now + RETRY_AFTER[retries] if retries < len(RETRY_AFTER) else None


def wait_after_silence(silences: int) -> timedelta:
    """How long a provider that did not answer so often is not asked about the same thing: twice as long each time."""
    doublings: int = 2 ** min(silences - 1, 16)
    return min(_FIRST_WAIT * doublings, LONGEST_WAIT)


def refund_key(refund_id: str) -> str:
    """The provider's idempotency key of a refund."""
    return f"refund:{refund_id}"


def charge_key(session_id: str, attempt: int) -> str:
    """The provider's idempotency key of an attempt to collect."""
    return f"charge:{session_id}:{attempt}"
