"""What billing has of a driver, what is unfinished of it, and what of it ends.

Invoices, credit notes, statements and the ledger stay as they are, with the driver's id as the customer's number: the
law wants them whole for years, a refund that comes late is booked where the payment was, and nobody is behind the
number any more once identity has forgotten.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, delete, select, update

from backoffice.billing.domain import HoldState, InvoiceState, RefundState
from backoffice.billing.models import (
    CreditNoteRow,
    HoldRow,
    InvoiceRow,
    PayerRow,
    PaymentMethodRow,
    RefundRow,
    StatementRow,
)
from backoffice.kit.database import Unit
from backoffice.kit.personal_data import PersonalTable

_WORKINGS = frozenset({"attempt", "retries", "retry_at", "silences", "collect_at", "charged_at", "traceparent"})
PERSONAL_TABLES = (
    PersonalTable(
        "payment_methods",
        PaymentMethodRow,
        PaymentMethodRow.driver_id,
        left_out=frozenset({"provider_reference", "remove_at"}),
    ),
    PersonalTable("payer", PayerRow, PayerRow.driver_id, left_out=frozenset({"changed_by"})),
    PersonalTable("invoices", InvoiceRow, InvoiceRow.driver_id, left_out=_WORKINGS),
    PersonalTable("credit_notes", CreditNoteRow, CreditNoteRow.driver_id, left_out=frozenset({"issued_by"})),
    PersonalTable("statements", StatementRow, StatementRow.driver_id),
    PersonalTable(
        "holds", HoldRow, HoldRow.driver_id, left_out=frozenset({"provider_reference", "silences", "release_at"})
    ),
)

_OWED = (InvoiceState.DUE, InvoiceState.OPEN, InvoiceState.ON_ACCOUNT)
_HELD = (HoldState.REQUESTED, HoldState.HELD, HoldState.RELEASING)


async def owes(unit: Unit, driver_id: str) -> bool:
    """Whether an invoice of the driver is not paid."""
    statement = select(InvoiceRow.id).where(
        InvoiceRow.tenant_id == unit.tenant, InvoiceRow.driver_id == driver_id, InvoiceRow.state.in_(_OWED)
    )
    return await unit.session.scalar(statement.limit(1)) is not None


async def has_money_under_way(unit: Unit, driver_id: str) -> bool:
    """Whether an amount is held on a card of the driver, or goes back to them."""
    held = select(HoldRow.intent_id).where(
        HoldRow.tenant_id == unit.tenant, HoldRow.driver_id == driver_id, HoldRow.state.in_(_HELD)
    )
    going_back = (
        select(RefundRow.id)
        .join(InvoiceRow, (InvoiceRow.tenant_id == RefundRow.tenant_id) & (InvoiceRow.id == RefundRow.invoice_id))
        .where(
            RefundRow.tenant_id == unit.tenant, InvoiceRow.driver_id == driver_id, RefundRow.state != RefundState.DONE
        )
    )
    return (
        await unit.session.scalar(held.limit(1)) is not None
        or await unit.session.scalar(going_back.limit(1)) is not None
    )


async def forget_driver(unit: Unit, driver_id: str, *, pseudonym: str, now: datetime) -> None:
    """Nobody pays by the driver's cards, which the provider is to forget, and no buyer is theirs.

    The rows of cards stay, empty: a payment says by them which provider has it.
    """
    await unit.session.execute(
        update(PaymentMethodRow)
        .where(PaymentMethodRow.tenant_id == unit.tenant, PaymentMethodRow.driver_id == driver_id)
        .values(driver_id=pseudonym, brand="", last4="", is_default=False, remove_at=now)
    )
    await unit.session.execute(
        update(HoldRow)
        .where(HoldRow.tenant_id == unit.tenant, HoldRow.driver_id == driver_id)
        .values(driver_id=pseudonym)
    )
    await unit.session.execute(
        delete(PayerRow).where(PayerRow.tenant_id == unit.tenant, PayerRow.driver_id == driver_id)
    )


async def select_cards_to_remove(unit: Unit, *, now: datetime, limit: int) -> Sequence[PaymentMethodRow]:
    """Cards of all tenants that the provider is to forget now."""
    found = await unit.session.scalars(
        select(PaymentMethodRow)
        .where(PaymentMethodRow.remove_at <= now)
        .order_by(PaymentMethodRow.remove_at)
        .limit(limit)
    )
    return found.all()


async def mark_removed(unit: Unit, method_id: str) -> None:
    """The provider has forgotten the card, and so have we what it called it."""
    await unit.session.execute(_method(unit, method_id).values(provider_reference="", remove_at=None))


async def remove_later(unit: Unit, method_id: str, *, at: datetime) -> None:
    """The provider is asked again then."""
    await unit.session.execute(_method(unit, method_id).values(remove_at=at))


def _method(unit: Unit, method_id: str) -> Update:
    return update(PaymentMethodRow).where(PaymentMethodRow.tenant_id == unit.tenant, PaymentMethodRow.id == method_id)
