"""Payments that a station's terminal holds and that we settle (OCPP 2.1 C20).

Invariants:
1. The provider is asked outside of any transaction of ours, under a key of the payment's own reference: whatever dies
   between its answer and our commit, the next attempt asks again and money moves once.
2. What it answers is a settlement like one that the station reports, under the same name, and is booked like one: were
   the station to report it too, nothing is paid twice.
3. The reference is what a station says: one that is a payment of our own is refused, and one that fails waits.
"""

import structlog

from backoffice.billing import repository, terminal_repository
from backoffice.billing.domain import wait_after_silence
from backoffice.billing.models import InvoiceRow, TerminalPaymentRow
from backoffice.billing.providers.port import PaymentProvider, PaymentState, ProviderPayment, ProviderUnavailable
from backoffice.billing.terminal_repository import Payable
from backoffice.contracts.sessions import session_id_of
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from protocol.blocks.payment.events import PaymentAuthorised
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import StationId, TenantId
from protocol.domain.money import Money

log = structlog.get_logger(__name__)

_PAYMENTS_AT_ONCE = 50
_OURS = "not_of_a_terminal"


class Terminals:
    """Hears of payments, and settles them once it is known what the session costs."""

    def __init__(self, database: Database, provider: PaymentProvider, *, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._clock = clock

    async def on_authorised(self, event: PaymentAuthorised, delivery: Delivery, unit: Unit) -> None:
        """The payment waits for its invoice."""
        station = StationId(delivery.envelope.subject)
        await terminal_repository.save_terminal_payment(
            unit,
            station_id=station,
            reference=event.reference,
            session_id=session_id_of(unit.tenant, station, event.transaction_id),
            now=self._clock(),
        )

    async def settle_waiting(self) -> None:
        """Every payment whose invoice is there was settled, or is known not to be; one that fails waits."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            waiting = await terminal_repository.select_to_settle(unit, now=self._clock(), limit=_PAYMENTS_AT_ONCE)
        await try_each(waiting, self._try_to_settle)

    async def _try_to_settle(self, payable: Payable) -> None:
        """It was settled, or waits: whatever went wrong does so again, and must not go first every time."""
        try:
            await self._settle(payable)
        except ProviderUnavailable as error:
            log.warning("terminal's payment not settled yet", invoice_id=payable.invoice.id, reason=str(error))
            await self._wait(payable.payment)
        except Exception:
            await self._wait(payable.payment)
            raise

    async def _wait(self, payment: TerminalPaymentRow) -> None:
        until = self._clock() + wait_after_silence(payment.silences + 1)
        async with self._database.transaction(TenantId(payment.tenant_id)) as unit:
            await terminal_repository.delay_terminal_payment(unit, payment, until=until)

    async def _settle(self, payable: Payable) -> None:
        payment, invoice = payable
        due = Money(invoice.due, invoice.currency)
        async with self._database.transaction(ALL_TENANTS) as unit:
            is_ours = await terminal_repository.is_ours(unit, payment.reference)
        if is_ours:
            nothing = Money(due.amount * 0, due.currency)
            answer = ProviderPayment(payment.reference, PaymentState.DECLINED, nothing, decline_reason=_OURS)
        else:
            answer = await self._provider.settle_terminal(
                payment.reference, due, key=f"terminal:{payment.station_id}:{payment.reference}"
            )
        async with self._database.transaction(TenantId(payment.tenant_id)) as unit:
            await self._record(unit, payment, invoice, answer)

    async def _record(
        self, unit: Unit, payment: TerminalPaymentRow, invoice: InvoiceRow, answer: ProviderPayment
    ) -> None:
        now = self._clock()
        await terminal_repository.mark_asked(unit, payment)
        await repository.save_settlement(
            unit,
            {
                "tenant_id": unit.tenant,
                "station_id": payment.station_id,
                "reference": payment.reference,
                "session_id": invoice.session_id,
                "status": _STATUSES.get(answer.state, SettlementStatus.FAILED),
                "amount": answer.captured.amount,
                "settled_at": now,
                "reason": answer.decline_reason or None,
                "receipt_id": None,
                "receipt_url": None,
                "vat_number": None,
                "is_booked": False,
                "heard_at": now,
            },
        )


_STATUSES = {
    PaymentState.SUCCEEDED: SettlementStatus.SETTLED,
    PaymentState.CANCELED: SettlementStatus.CANCELED,
    PaymentState.DECLINED: SettlementStatus.REJECTED,
}
