"""Collecting invoices: the provider is asked outside of any transaction of ours, then the outcome is recorded in one.

A crash between the two leaves the invoice DUE. The next attempt asks under the same key and gets the same answer, so
money moves once. Two workers never collect at the same time: the kit's worker lock sees to it.
"""

import structlog

from backoffice.billing import receipt_metrics, repository
from backoffice.billing.domain import (
    HOLD,
    INVOICE,
    Collected,
    HoldState,
    HoldTrigger,
    InvoiceState,
    InvoiceTrigger,
    charge_key,
    next_retry,
    outcome_of,
    wait_after_silence,
)
from backoffice.billing.ledger import book_payment
from backoffice.billing.models import HoldRow, InvoiceRow, PaymentMethodRow, PaymentRow
from backoffice.billing.postings import cash
from backoffice.billing.prepaid import PrepaidAccounts
from backoffice.billing.providers.port import PaymentProvider, PaymentState, ProviderPayment, ProviderUnavailable
from backoffice.billing.settlements import book
from backoffice.billing.terminals import Terminals
from backoffice.contracts.billing import PaymentCompleted, PaymentFailed
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.tracing import KEY, traced
from backoffice.kit.workers import try_each
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, TenantId
from protocol.domain.money import Money

log = structlog.get_logger(__name__)

_INVOICES_AT_ONCE = 50
_SIDE_BY_SIDE = 4  # a provider takes its time, and the pool has a connection for each


class Collection:
    """The worker that turns DUE invoices into PAID or OPEN ones."""

    def __init__(
        self,
        database: Database,
        provider: PaymentProvider,
        *,
        prepaid: PrepaidAccounts,
        terminals: Terminals,
        clock: Clock,
    ) -> None:
        self._database = database
        self._provider = provider
        self._prepaid = prepaid
        self._terminals = terminals
        self._clock = clock

    async def collect_due(self) -> None:
        """What terminals hold is settled and booked, what has credit again is due; then what is due was tried once.

        One whose provider is silent stays due. Nobody books while a provider is asked. A stage that fails holds up none
        behind it.
        """
        stages = (self._terminals.settle_waiting, self._book_settled, self._retry_payable, self._collect_waiting)
        await try_each(stages, lambda stage: stage())

    async def _book_settled(self) -> None:
        async with self._database.transaction(ALL_TENANTS) as unit:
            settled = await repository.select_unbooked(unit, limit=_INVOICES_AT_ONCE)
        await try_each(settled, self._book)

    async def _retry_payable(self) -> None:
        async with self._database.transaction(ALL_TENANTS) as unit:
            payable = await repository.select_payable_by_prepaid(unit, limit=_INVOICES_AT_ONCE)
        await try_each(payable, self._retry)

    async def _collect_waiting(self) -> None:
        async with self._database.transaction(ALL_TENANTS) as unit:
            due = await repository.select_due(unit, now=self._clock(), limit=_INVOICES_AT_ONCE)
        await try_each(due, self._try_to_collect, at_once=_SIDE_BY_SIDE)

    async def _book(self, invoice: InvoiceRow) -> None:
        async with self._database.transaction(TenantId(invoice.tenant_id)) as unit:
            current = await repository.find_invoice(unit, invoice.id)
            if current is not None:
                await book(unit, current, now=self._clock())

    async def retry_open(self) -> None:
        """Open invoices whose time has come are due again, with the card that pays now."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            waiting = await repository.select_to_retry(unit, now=self._clock(), limit=_INVOICES_AT_ONCE)
        await try_each(waiting, self._retry_by_itself)

    async def _retry_by_itself(self, invoice: InvoiceRow) -> None:
        async with self._database.transaction(TenantId(invoice.tenant_id)) as unit:
            current = await repository.find_invoice(unit, invoice.id)
            if current is not None and current.state == InvoiceState.OPEN and current.retry_at == invoice.retry_at:
                retry(current)
                current.payment_method_id, current.retry_at = None, None
                current.retries += 1

    async def _retry(self, invoice: InvoiceRow) -> None:
        async with self._database.transaction(TenantId(invoice.tenant_id)) as unit:
            current = await repository.find_invoice(unit, invoice.id)
            if current is not None and current.state == InvoiceState.OPEN:
                retry(current)

    async def _try_to_collect(self, invoice: InvoiceRow) -> None:
        with traced(invoice.traceparent, "billing collects", {KEY: invoice.session_id}):
            try:
                await self._collect(TenantId(invoice.tenant_id), invoice.id)
            except ProviderUnavailable as error:
                log.warning("invoice not collected yet", invoice_id=invoice.id, reason=str(error))
                await self._wait(invoice)
            except Exception:
                await self._wait(invoice)
                raise

    async def _wait(self, invoice: InvoiceRow) -> None:
        async with self._database.transaction(TenantId(invoice.tenant_id)) as unit:
            current = await repository.find_invoice(unit, invoice.id)
            if current is not None and current.state == InvoiceState.DUE:
                current.silences += 1
                current.collect_at = self._clock() + wait_after_silence(current.silences)

    async def _collect(self, tenant: TenantId, invoice_id: str) -> None:
        async with self._database.transaction(tenant) as unit:
            invoice = await repository.find_invoice(unit, invoice_id)
            if invoice is None or invoice.state != InvoiceState.DUE:
                return
            await self._prepaid.draw(unit, invoice)
            hold = await repository.find_hold(unit, invoice.intent_id) if invoice.intent_id else None
            method = await _method_for(unit, invoice, hold)
            # The next attempt under the same key asks for the same card, whatever the driver has added meanwhile.
            invoice.payment_method_id = method.id if method else None
        due = Money(invoice.due, invoice.currency)
        collected = await self._take(invoice, due, hold, method)
        async with self._database.transaction(tenant) as unit:
            is_first = await self._record(unit, invoice, collected, hold, method) and invoice.attempt == 1
        if is_first:
            receipt_metrics.observe(invoice.charged_at, now=self._clock())

    async def _take(
        self, invoice: InvoiceRow, due: Money, hold: HoldRow | None, method: PaymentMethodRow | None
    ) -> Collected:
        """Ask the provider for what is due: from the hold where there is one, else from the card."""
        nothing = Money(due.amount * 0, due.currency)
        is_held = hold is not None and hold.state == HoldState.HELD
        if due.amount == 0:
            if is_held and hold is not None:
                await self._provider.cancel(hold.provider_reference, key=f"cancel:{hold.intent_id}")
            return Collected(nothing, hold_trigger=HoldTrigger.GIVEN_BACK if is_held else None)
        if method is None or method.provider != self._provider.name:
            return Collected(nothing, reason="no_payment_method" if invoice.prepaid_account is None else "no_credit")
        if is_held and hold is not None:
            held = Money(hold.amount, hold.currency)
            amount = due if due.amount <= held.amount else held
            taken = await self._provider.capture(
                hold.provider_reference, amount, key=charge_key(invoice.session_id, invoice.attempt)
            )
            return _collected(taken, nothing, due=due, from_hold=True)
        return await self._charge(invoice, due, method, nothing)

    async def _charge(self, invoice: InvoiceRow, due: Money, method: PaymentMethodRow, nothing: Money) -> Collected:
        key = charge_key(invoice.session_id, invoice.attempt)
        held = await self._provider.authorise(method.provider_reference, due, key=key)
        if held.state is PaymentState.REQUIRES_CAPTURE:
            held = await self._provider.capture(held.reference, due, key=f"{key}:capture")
        return _collected(held, nothing, due=due, from_hold=False)

    async def _record(
        self,
        unit: Unit,
        asked: InvoiceRow,
        collected: Collected,
        hold: HoldRow | None,
        method: PaymentMethodRow | None,
    ) -> bool:
        """Whether the outcome was news."""
        invoice = await repository.find_invoice(unit, asked.id)
        # A worker that had lost its lock may come late, with the outcome of an attempt that was recorded before.
        if invoice is None or invoice.state != InvoiceState.DUE or invoice.attempt != asked.attempt:
            return False
        now = self._clock()
        if collected.hold_trigger is not None and hold is not None:
            locked = await repository.find_hold(unit, hold.intent_id)
            if locked is not None and locked.state == HoldState.HELD:
                locked.state = HOLD.advance(HoldState.HELD, collected.hold_trigger)
        trigger, open_amount = outcome_of(Money(invoice.owed, invoice.currency), invoice.paid, collected)
        if collected.amount.amount > 0 and method is not None:
            payment = PaymentRow(
                tenant_id=unit.tenant,
                provider_reference=collected.provider_reference,
                invoice_id=invoice.id,
                payment_method_id=method.id,
                amount=collected.amount.amount,
                currency=collected.amount.currency,
                paid_at=now,
            )
            await book_payment(unit, invoice, payment, into=cash(method.provider))
        invoice.state = INVOICE.advance(InvoiceState(invoice.state), trigger)
        invoice.reason = collected.reason if open_amount.amount else ""
        invoice.silences, invoice.collect_at = 0, None
        if invoice.state == InvoiceState.PAID:
            invoice.retry_at = None
        elif invoice.retry_at is None and invoice.driver_id is not None:
            invoice.retry_at = next_retry(invoice.retries, now=now)
        event = _event_of(invoice, open_amount)
        identity = event_id(unit.tenant, invoice.id, type(event).__name__, str(invoice.attempt))
        await unit.publish(event, key=invoice.session_id, now=now, event_id=identity)
        return True


def retry(invoice: InvoiceRow) -> None:
    """The open invoice is due again, as another attempt."""
    invoice.state = INVOICE.advance(InvoiceState.OPEN, InvoiceTrigger.RETRY)
    invoice.attempt += 1


async def _method_for(unit: Unit, invoice: InvoiceRow, hold: HoldRow | None) -> PaymentMethodRow | None:
    """The card that was asked before the start, else the one that this attempt asked, else the one that pays now."""
    if hold is not None and hold.state == HoldState.HELD:
        return await repository.find_method(unit, hold.payment_method_id)
    if invoice.payment_method_id is not None:
        return await repository.find_method(unit, invoice.payment_method_id)
    return await repository.find_default_method(unit, invoice.driver_id) if invoice.driver_id else None


def _collected(payment: ProviderPayment, nothing: Money, *, due: Money, from_hold: bool) -> Collected:
    if payment.state is PaymentState.SUCCEEDED:
        reason = "" if payment.captured.amount >= due.amount else "hold_exceeded"
        trigger = HoldTrigger.TAKEN if from_hold else None
        return Collected(payment.captured, payment.reference, trigger, reason)
    reason = payment.decline_reason or "canceled"
    return Collected(nothing, payment.reference, HoldTrigger.REFUSED if from_hold else None, reason)


def _event_of(invoice: InvoiceRow, open_amount: Money) -> PaymentCompleted | PaymentFailed:
    driver_id = DriverId(invoice.driver_id) if invoice.driver_id else None
    if open_amount.amount == 0:
        return PaymentCompleted(
            session_id=invoice.session_id,
            invoice_id=invoice.id,
            driver_id=driver_id,
            amount=invoice.total_incl_vat,
            currency=invoice.currency,
        )
    return PaymentFailed(
        session_id=invoice.session_id,
        invoice_id=invoice.id,
        driver_id=driver_id,
        open_amount=open_amount.amount,
        currency=invoice.currency,
        reason=invoice.reason,
    )
