"""The queries of billing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.domain import HoldState, InvoiceKind, InvoiceState
from backoffice.billing.models import (
    HoldRow,
    InvoiceNumberRow,
    InvoiceRow,
    PaymentMethodRow,
    PaymentRow,
    PrepaidAccountRow,
    PrepaidEntryRow,
    SettlementRow,
    WebPaymentRow,
)
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from protocol.blocks.payment.messages import SettlementStatus

TERMINAL = "terminal:"
"""What the reference of a payment by a station's terminal begins with."""

PREPAID = "prepaid:"
"""What that of a payment from a prepaid account begins with."""

STATEMENT = "statement:"
"""What that of a payment with a month's statement begins with."""

_TO_BOOK = (
    SettlementRow.status == SettlementStatus.SETTLED,
    SettlementRow.amount > 0,
    SettlementRow.is_booked.is_(False),
)
_PAID_BY = (PaymentMethodRow.tenant_id == PaymentRow.tenant_id) & (PaymentMethodRow.id == PaymentRow.payment_method_id)


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """A payment, the session that it is for, and the card; None is the station's terminal."""

    payment: PaymentRow
    session_id: str
    method: PaymentMethodRow | None


async def insert_default_method(unit: Unit, row: PaymentMethodRow) -> None:
    """The driver's newest card is the one that pays."""
    await unit.session.execute(
        update(PaymentMethodRow)
        .where(PaymentMethodRow.tenant_id == unit.tenant, PaymentMethodRow.driver_id == row.driver_id)
        .values(is_default=False)
    )
    unit.session.add(row)
    await unit.session.flush()


async def list_methods(unit: Unit, driver_id: str) -> Sequence[PaymentMethodRow]:
    """The driver's cards, the newest first."""
    found = await unit.session.scalars(
        select(PaymentMethodRow)
        .where(PaymentMethodRow.tenant_id == unit.tenant, PaymentMethodRow.driver_id == driver_id)
        .order_by(PaymentMethodRow.created_at.desc(), PaymentMethodRow.id)
    )
    return found.all()


async def find_default_method(unit: Unit, driver_id: str) -> PaymentMethodRow | None:
    """The card that pays."""
    return await unit.session.scalar(
        select(PaymentMethodRow).where(
            PaymentMethodRow.tenant_id == unit.tenant,
            PaymentMethodRow.driver_id == driver_id,
            PaymentMethodRow.is_default,
        )
    )


async def find_method(unit: Unit, method_id: str) -> PaymentMethodRow:
    """A card that a row of ours names."""
    found = await unit.session.scalars(
        select(PaymentMethodRow).where(PaymentMethodRow.tenant_id == unit.tenant, PaymentMethodRow.id == method_id)
    )
    return found.one()


async def insert_hold(unit: Unit, values: dict[str, Any]) -> None:  # Any: a row's columns
    """The hold is there, once for an intent."""
    await unit.session.execute(insert(HoldRow).values(values).on_conflict_do_nothing())


async def find_hold(unit: Unit, intent_id: str) -> HoldRow | None:
    """The hold of an intent, locked until the transaction ends."""
    return await unit.session.scalar(
        select(HoldRow).where(HoldRow.tenant_id == unit.tenant, HoldRow.intent_id == intent_id).with_for_update()
    )


async def find_hold_of_payment(unit: Unit, payment: str) -> HoldRow | None:
    """The hold that is this payment of the provider's, of any tenant."""
    return await unit.session.scalar(select(HoldRow).where(HoldRow.provider_reference == payment).limit(1))


async def select_releasing(unit: Unit, *, now: datetime, limit: int) -> Sequence[HoldRow]:
    """Holds of all tenants whose giving back was begun and is to go on now, what is due longest first."""
    found = await unit.session.scalars(
        select(HoldRow)
        .where(HoldRow.state == HoldState.RELEASING, HoldRow.release_at.is_(None) | (HoldRow.release_at <= now))
        .order_by(func.coalesce(HoldRow.release_at, HoldRow.created_at))
        .limit(limit)
    )
    return found.all()


async def take_invoice_number(unit: Unit) -> int:
    """The tenant's next number; it is given back if the transaction fails, so there is no gap."""
    statement = insert(InvoiceNumberRow).values(tenant_id=unit.tenant, next_number=2)
    taken = await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={"next_number": InvoiceNumberRow.next_number + 1}
        ).returning(InvoiceNumberRow.next_number)
    )
    return int(taken.scalar_one()) - 1


async def find_invoice_of_session(unit: Unit, session_id: str) -> InvoiceRow | None:
    """The session's invoice."""
    return await unit.session.scalar(
        select(InvoiceRow).where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.session_id == session_id)
    )


async def lock_invoice_of_session(unit: Unit, session_id: str) -> InvoiceRow | None:
    """The session's invoice, locked until the transaction ends."""
    return await unit.session.scalar(
        select(InvoiceRow)
        .where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.session_id == session_id)
        .with_for_update()
    )


async def has_invoice(unit: Unit, intent_id: str) -> bool:
    """Whether the session of an intent is invoiced."""
    found = await unit.session.scalar(
        select(InvoiceRow.id).where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.intent_id == intent_id).limit(1)
    )
    return found is not None


async def find_invoice(unit: Unit, invoice_id: str) -> InvoiceRow | None:
    """The invoice, locked until the transaction ends."""
    return await unit.session.scalar(
        select(InvoiceRow).where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.id == invoice_id).with_for_update()
    )


async def select_due(unit: Unit, *, now: datetime, limit: int) -> Sequence[InvoiceRow]:
    """Invoices of all tenants that are to be collected now, what is due longest first."""
    is_time = InvoiceRow.collect_at.is_(None) | (InvoiceRow.collect_at <= now)
    found = await unit.session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.state == InvoiceState.DUE, is_time)
        .order_by(func.coalesce(InvoiceRow.collect_at, InvoiceRow.issued_at))
        .limit(limit)
    )
    return found.all()


async def select_to_retry(unit: Unit, *, now: datetime, limit: int) -> Sequence[InvoiceRow]:
    """Open invoices of all tenants that are to be tried again by now."""
    found = await unit.session.scalars(
        select(InvoiceRow)
        .where(InvoiceRow.state == InvoiceState.OPEN, InvoiceRow.retry_at <= now)
        .order_by(InvoiceRow.retry_at)
        .limit(limit)
    )
    return found.all()


async def select_invoices(
    unit: Unit,
    *,
    driver_id: str | None,
    state: InvoiceState | None,
    kind: InvoiceKind | None,
    begin: datetime | None,
    end: datetime | None,
    cursor: str | None,
    limit: int,
) -> Sequence[InvoiceRow]:
    """A page's rows of sessions that began in [begin, end), newest first, one more than `limit` where there is one."""
    statement = select(InvoiceRow).where(InvoiceRow.tenant_id == unit.tenant, *_began_in(begin, end))
    if driver_id is not None:
        statement = statement.where(InvoiceRow.driver_id == driver_id)
    if state is not None:
        statement = statement.where(InvoiceRow.state == state)
    if kind is not None:
        statement = statement.where(InvoiceRow.kind == kind)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(InvoiceRow.issued_at, InvoiceRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def find_invoice_of_intent(unit: Unit, intent_id: str) -> InvoiceRow | None:
    """The invoice of what a start by app began."""
    return await unit.session.scalar(
        select(InvoiceRow).where(InvoiceRow.tenant_id == unit.tenant, InvoiceRow.intent_id == intent_id).limit(1)
    )


async def lock_web_payment(unit: Unit, payment_id: str) -> WebPaymentRow | None:
    """The payment by web page, locked until the transaction ends."""
    return await unit.session.scalar(
        select(WebPaymentRow)
        .where(WebPaymentRow.tenant_id == unit.tenant, WebPaymentRow.id == payment_id)
        .with_for_update()
    )


async def insert_payment(unit: Unit, row: PaymentRow) -> None:
    """The payment is there."""
    unit.session.add(row)
    await unit.session.flush()


async def has_payment(unit: Unit, reference: str) -> bool:
    """Whether a payment of this reference is booked."""
    return await unit.session.get(PaymentRow, (unit.tenant, reference)) is not None


async def read_prepaid(unit: Unit, account_id: str) -> PrepaidAccountRow | None:
    """The prepaid account."""
    return await unit.session.get(PrepaidAccountRow, (unit.tenant, account_id))


async def lock_prepaid(unit: Unit, account_id: str, *, currency: str, now: datetime) -> PrepaidAccountRow:
    """The prepaid account, locked until the transaction ends; an empty one where there was none."""
    values = {"tenant_id": unit.tenant, "id": account_id, "balance": 0, "currency": currency, "created_at": now}
    await unit.session.execute(insert(PrepaidAccountRow).values(values).on_conflict_do_nothing())
    found = await unit.session.scalars(
        select(PrepaidAccountRow)
        .where(PrepaidAccountRow.tenant_id == unit.tenant, PrepaidAccountRow.id == account_id)
        .with_for_update()
    )
    return found.one()


async def list_prepaid_entries(unit: Unit, account_id: str, *, limit: int) -> Sequence[PrepaidEntryRow]:
    """What changed the balance, the newest first."""
    found = await unit.session.scalars(
        select(PrepaidEntryRow)
        .where(PrepaidEntryRow.tenant_id == unit.tenant, PrepaidEntryRow.account_id == account_id)
        .order_by(PrepaidEntryRow.at.desc(), PrepaidEntryRow.reference)
        .limit(limit)
    )
    return found.all()


async def select_payable_by_prepaid(unit: Unit, *, limit: int) -> Sequence[InvoiceRow]:
    """Open invoices of all tenants whose prepaid accounts have credit."""
    found = await unit.session.scalars(
        select(InvoiceRow)
        .join(
            PrepaidAccountRow,
            (PrepaidAccountRow.tenant_id == InvoiceRow.tenant_id)
            & (PrepaidAccountRow.id == InvoiceRow.prepaid_account),
        )
        .where(
            InvoiceRow.state == InvoiceState.OPEN,
            InvoiceRow.currency == PrepaidAccountRow.currency,
            PrepaidAccountRow.balance > 0,
        )
        .order_by(InvoiceRow.issued_at)
        .limit(limit)
    )
    return found.all()


async def save_settlement(unit: Unit, values: dict[str, Any]) -> None:  # Any: a row's columns
    """The settlement is there; one that is settled stays so."""
    statement = insert(SettlementRow).values(values)
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "station_id", "reference"],
            set_={name: statement.excluded[name] for name in values},
            where=SettlementRow.status != SettlementStatus.SETTLED,
        )
    )


async def list_unbooked(unit: Unit, session_id: str) -> Sequence[SettlementRow]:
    """What was settled for the session and is not booked, in the order in which we heard of it."""
    found = await unit.session.scalars(
        select(SettlementRow)
        .where(SettlementRow.tenant_id == unit.tenant, SettlementRow.session_id == session_id, *_TO_BOOK)
        .order_by(SettlementRow.heard_at, SettlementRow.reference)
    )
    return found.all()


async def select_unbooked(unit: Unit, *, limit: int) -> Sequence[InvoiceRow]:
    """Invoices of all tenants, in whatever state, for whose sessions something was settled that is not booked."""
    found = await unit.session.scalars(
        select(InvoiceRow)
        .join(
            SettlementRow,
            (SettlementRow.tenant_id == InvoiceRow.tenant_id) & (SettlementRow.session_id == InvoiceRow.session_id),
        )
        .where(*_TO_BOOK)
        .order_by(InvoiceRow.issued_at)
        .limit(limit)
    )
    return found.unique().all()


async def list_station_settlements(unit: Unit, station_id: str, *, limit: int) -> Sequence[SettlementRow]:
    """The station's settlements, the newest first."""
    found = await unit.session.scalars(
        select(SettlementRow)
        .where(SettlementRow.tenant_id == unit.tenant, SettlementRow.station_id == station_id)
        .order_by(SettlementRow.settled_at.desc())
        .limit(limit)
    )
    return found.all()


async def select_payments(
    unit: Unit,
    *,
    kind: InvoiceKind | None,
    begin: datetime | None,
    end: datetime | None,
    cursor: str | None,
    limit: int,
) -> Sequence[BookedPayment]:
    """A page's payments for what began in [begin, end), newest first, and one more than `limit`."""
    columns: list[Any] = [PaymentRow, InvoiceRow.session_id, PaymentMethodRow]  # Any: of three types
    statement = (
        select(*columns)
        .join(InvoiceRow, (InvoiceRow.tenant_id == PaymentRow.tenant_id) & (InvoiceRow.id == PaymentRow.invoice_id))
        .outerjoin(PaymentMethodRow, _PAID_BY)
        .where(PaymentRow.tenant_id == unit.tenant, *_began_in(begin, end))
    )
    if kind is not None:
        statement = statement.where(InvoiceRow.kind == kind)
    found = await unit.session.execute(
        after_cursor(
            statement,
            cursor,
            keys=(PaymentRow.paid_at, PaymentRow.provider_reference),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return [BookedPayment(*row) for row in found.all()]


def position_of_payment(booked: BookedPayment) -> tuple[datetime, str]:
    """Where a page that ends with it goes on."""
    return booked.payment.paid_at, booked.payment.provider_reference


async def list_payments(unit: Unit, invoice_id: str) -> Sequence[tuple[PaymentRow, PaymentMethodRow | None]]:
    """The invoice's payments with their cards, the oldest first."""
    found = await unit.session.execute(
        select(PaymentRow, PaymentMethodRow)
        .outerjoin(PaymentMethodRow, _PAID_BY)
        .where(PaymentRow.tenant_id == unit.tenant, PaymentRow.invoice_id == invoice_id)
        .order_by(PaymentRow.paid_at)
    )
    return [(row[0], row[1]) for row in found.all()]


def _began_in(begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    since = [] if begin is None else [InvoiceRow.started_at >= begin]
    return since if end is None else [*since, InvoiceRow.started_at < end]
