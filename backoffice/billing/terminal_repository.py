"""The queries of payments that stations' terminals hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.domain import InvoiceState
from backoffice.billing.models import HoldRow, InvoiceRow, PaymentRow, SettlementRow, TerminalPaymentRow
from backoffice.kit.database import Unit
from protocol.blocks.payment.messages import SettlementStatus


class Payable(NamedTuple):
    """A payment that is held, and the invoice that it is for."""

    payment: TerminalPaymentRow
    invoice: InvoiceRow


async def save_terminal_payment(unit: Unit, *, station_id: str, reference: str, session_id: str, now: datetime) -> None:
    """The payment is there, once."""
    values = {
        "tenant_id": unit.tenant,
        "station_id": station_id,
        "reference": reference,
        "session_id": session_id,
        "is_asked": False,
        "silences": 0,
        "heard_at": now,
    }
    await unit.session.execute(insert(TerminalPaymentRow).values(values).on_conflict_do_nothing())


async def has_terminal_payment(unit: Unit, session_id: str) -> bool:
    """Whether the session's payment is for us to settle."""
    found = await unit.session.scalar(
        select(TerminalPaymentRow.reference)
        .where(TerminalPaymentRow.tenant_id == unit.tenant, TerminalPaymentRow.session_id == session_id)
        .limit(1)
    )
    return found is not None


async def is_ours(unit: Unit, reference: str) -> bool:
    """Whether the provider's payment of this reference is a hold or a payment that we made, for any tenant."""
    held = select(HoldRow.intent_id).where(HoldRow.provider_reference == reference).exists()
    paid = select(PaymentRow.invoice_id).where(PaymentRow.provider_reference == reference).exists()
    return bool(await unit.session.scalar(select(held | paid)))


async def select_to_settle(unit: Unit, *, now: datetime, limit: int) -> Sequence[Payable]:
    """Payments of all tenants that are to be settled now: there is an invoice, and no start by app pays for it.

    Not those that the station settled all the same.
    """
    is_settled = (
        select(SettlementRow.reference)
        .where(
            SettlementRow.tenant_id == TerminalPaymentRow.tenant_id,
            SettlementRow.station_id == TerminalPaymentRow.station_id,
            SettlementRow.reference == TerminalPaymentRow.reference,
            SettlementRow.status == SettlementStatus.SETTLED,
        )
        .exists()
    )
    found = await unit.session.execute(
        select(TerminalPaymentRow, InvoiceRow)
        .join(
            InvoiceRow,
            (InvoiceRow.tenant_id == TerminalPaymentRow.tenant_id)
            & (InvoiceRow.session_id == TerminalPaymentRow.session_id),
        )
        .where(
            ~TerminalPaymentRow.is_asked,
            TerminalPaymentRow.settle_at.is_(None) | (TerminalPaymentRow.settle_at <= now),
            InvoiceRow.state.in_((InvoiceState.DUE, InvoiceState.OPEN)),
            InvoiceRow.intent_id.is_(None),
            InvoiceRow.driver_id.is_(None),
            ~is_settled,
        )
        .order_by(func.coalesce(TerminalPaymentRow.settle_at, TerminalPaymentRow.heard_at))
        .limit(limit)
    )
    return [Payable(row[0], row[1]) for row in found.all()]


async def delay_terminal_payment(unit: Unit, payment: TerminalPaymentRow, *, until: datetime) -> None:
    """The provider is not asked before then."""
    await unit.session.execute(
        update(TerminalPaymentRow)
        .where(
            TerminalPaymentRow.tenant_id == payment.tenant_id,
            TerminalPaymentRow.station_id == payment.station_id,
            TerminalPaymentRow.reference == payment.reference,
        )
        .values(silences=payment.silences + 1, settle_at=until)
    )


async def mark_asked(unit: Unit, payment: TerminalPaymentRow) -> None:
    """The provider has answered."""
    await unit.session.execute(
        update(TerminalPaymentRow)
        .where(
            TerminalPaymentRow.tenant_id == payment.tenant_id,
            TerminalPaymentRow.station_id == payment.station_id,
            TerminalPaymentRow.reference == payment.reference,
        )
        .values(is_asked=True)
    )
