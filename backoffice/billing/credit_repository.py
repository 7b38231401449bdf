"""The queries of credit notes and refunds."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.domain import InvoiceState, RefundState
from backoffice.billing.models import (
    CreditNoteNumberRow,
    CreditNoteRow,
    InvoiceRow,
    PaymentMethodRow,
    PaymentRow,
    RefundRow,
    SessionCreditRow,
)
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor


class Refundable(NamedTuple):
    """A payment, and what of it did not go back and is not on its way."""

    payment: PaymentRow
    left: Decimal


class RefundToAsk(NamedTuple):
    """A refund, with whose the invoice is and who has the money."""

    refund: RefundRow
    driver_id: str | None
    provider: str


async def take_credit_note_number(unit: Unit) -> int:
    """The tenant's next number; it is given back if the transaction fails, so there is no gap."""
    statement = insert(CreditNoteNumberRow).values(tenant_id=unit.tenant, next_number=2)
    taken = await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={"next_number": CreditNoteNumberRow.next_number + 1}
        ).returning(CreditNoteNumberRow.next_number)
    )
    return int(taken.scalar_one()) - 1


async def insert_credit_note(unit: Unit, row: CreditNoteRow) -> None:
    """The credit note is there."""
    unit.session.add(row)
    await unit.session.flush()


async def find_credit_note(unit: Unit, credit_note_id: str) -> CreditNoteRow | None:
    """The credit note."""
    return await unit.session.get(CreditNoteRow, (unit.tenant, credit_note_id))


async def list_credit_notes_of(unit: Unit, invoice_id: str) -> Sequence[CreditNoteRow]:
    """The invoice's credit notes, in their order."""
    found = await unit.session.scalars(
        select(CreditNoteRow)
        .where(CreditNoteRow.tenant_id == unit.tenant, CreditNoteRow.invoice_id == invoice_id)
        .order_by(CreditNoteRow.number)
    )
    return found.all()


async def select_credit_notes(
    unit: Unit, *, driver_id: str | None, invoice_id: str | None, cursor: str | None, limit: int
) -> Sequence[CreditNoteRow]:
    """A page's credit notes, the newest first, and one more than `limit` where there is one."""
    statement = select(CreditNoteRow).where(CreditNoteRow.tenant_id == unit.tenant)
    if driver_id is not None:
        statement = statement.where(CreditNoteRow.driver_id == driver_id)
    if invoice_id is not None:
        statement = statement.where(CreditNoteRow.invoice_id == invoice_id)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(CreditNoteRow.issued_at, CreditNoteRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def list_refundable(unit: Unit, invoice_id: str) -> Sequence[Refundable]:
    """The invoice's payments of which something is left, the oldest first."""
    went_back = (
        select(func.coalesce(func.sum(RefundRow.amount), 0))
        .where(
            RefundRow.tenant_id == PaymentRow.tenant_id, RefundRow.payment_reference == PaymentRow.provider_reference
        )
        .scalar_subquery()
    )
    left = PaymentRow.amount - went_back
    found = await unit.session.execute(
        select(PaymentRow, left)
        .where(PaymentRow.tenant_id == unit.tenant, PaymentRow.invoice_id == invoice_id, left > 0)
        .order_by(PaymentRow.paid_at, PaymentRow.provider_reference)
    )
    return [Refundable(row[0], row[1]) for row in found.all()]


async def insert_refund(unit: Unit, row: RefundRow) -> None:
    """The refund is there."""
    unit.session.add(row)
    await unit.session.flush()


async def lock_refund(unit: Unit, refund_id: str) -> RefundRow | None:
    """The refund, locked until the transaction ends."""
    return await unit.session.scalar(
        select(RefundRow).where(RefundRow.tenant_id == unit.tenant, RefundRow.id == refund_id).with_for_update()
    )


async def select_refunds_to_ask(unit: Unit, *, now: datetime, limit: int) -> Sequence[RefundToAsk]:
    """Refunds of all tenants of which the provider is to be asked now."""
    found = await unit.session.execute(
        select(RefundRow, InvoiceRow.driver_id, PaymentMethodRow.provider)
        .join(InvoiceRow, (InvoiceRow.tenant_id == RefundRow.tenant_id) & (InvoiceRow.id == RefundRow.invoice_id))
        .join(
            PaymentRow,
            (PaymentRow.tenant_id == RefundRow.tenant_id)
            & (PaymentRow.provider_reference == RefundRow.payment_reference),
        )
        .join(
            PaymentMethodRow,
            (PaymentMethodRow.tenant_id == PaymentRow.tenant_id)
            & (PaymentMethodRow.id == PaymentRow.payment_method_id),
        )
        .where(RefundRow.state.in_((RefundState.REQUESTED, RefundState.PENDING)), RefundRow.check_at <= now)
        .order_by(RefundRow.check_at)
        .limit(limit)
    )
    return [RefundToAsk(row[0], row[1], row[2]) for row in found.all()]


async def list_refunds_of(unit: Unit, invoice_id: str) -> Sequence[RefundRow]:
    """The invoice's refunds, the oldest first."""
    found = await unit.session.scalars(
        select(RefundRow)
        .where(RefundRow.tenant_id == unit.tenant, RefundRow.invoice_id == invoice_id)
        .order_by(RefundRow.asked_at, RefundRow.id)
    )
    return found.all()


async def select_refunds(
    unit: Unit, *, state: RefundState | None, cursor: str | None, limit: int
) -> Sequence[RefundRow]:
    """A page's refunds, the newest first, and one more than `limit` where there is one."""
    statement = select(RefundRow).where(RefundRow.tenant_id == unit.tenant)
    if state is not None:
        statement = statement.where(RefundRow.state == state)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(RefundRow.asked_at, RefundRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def delay_refund(unit: Unit, refund_id: str, *, until: datetime, silences: int) -> None:
    """The provider, which did not answer so often, is not asked before then."""
    await unit.session.execute(
        update(RefundRow)
        .where(RefundRow.tenant_id == unit.tenant, RefundRow.id == refund_id)
        .values(check_at=until, silences=silences)
    )


async def hasten_refund(unit: Unit, provider_reference: str, *, now: datetime) -> None:
    """The provider is asked again now what became of it; nothing where it is nobody's or over."""
    await unit.session.execute(
        update(RefundRow)
        .where(RefundRow.provider_reference == provider_reference, RefundRow.state == RefundState.PENDING)
        .values(check_at=now)
    )


async def find_done_refund(unit: Unit, provider_reference: str) -> RefundRow | None:
    """The refund of any tenant that is done, and that is this one of the provider's."""
    return await unit.session.scalar(
        select(RefundRow)
        .where(RefundRow.provider_reference == provider_reference, RefundRow.state == RefundState.DONE)
        .limit(1)
    )


async def save_session_credit(unit: Unit, *, credit_id: str, session_id: str, reason: str, now: datetime) -> None:
    """The credit is there, once."""
    values = {
        "tenant_id": unit.tenant,
        "credit_id": credit_id,
        "session_id": session_id,
        "reason": reason,
        "is_done": False,
        "heard_at": now,
    }
    await unit.session.execute(insert(SessionCreditRow).values(values).on_conflict_do_nothing())


async def lock_session_credit(unit: Unit, credit_id: str) -> SessionCreditRow | None:
    """The credit, locked until the transaction ends."""
    return await unit.session.scalar(
        select(SessionCreditRow)
        .where(SessionCreditRow.tenant_id == unit.tenant, SessionCreditRow.credit_id == credit_id)
        .with_for_update()
    )


async def select_session_credits(unit: Unit, *, limit: int) -> Sequence[SessionCreditRow]:
    """Credits of all tenants whose invoice is there and is not being collected."""
    found = await unit.session.scalars(
        select(SessionCreditRow)
        .join(
            InvoiceRow,
            (InvoiceRow.tenant_id == SessionCreditRow.tenant_id)
            & (InvoiceRow.session_id == SessionCreditRow.session_id),
        )
        .where(~SessionCreditRow.is_done, InvoiceRow.state != InvoiceState.DUE)
        .order_by(SessionCreditRow.heard_at)
        .limit(limit)
    )
    return found.all()
