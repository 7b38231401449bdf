"""Paying back: the provider is asked outside of any transaction of ours, then the outcome is recorded in one.

A crash between the two leaves the refund REQUESTED. The next run asks under the same key, and money moves once. What
the provider has only promised is asked after again, when a webhook hints at it or an hour has passed.
"""

from datetime import timedelta

import structlog

from backoffice.billing import credit_repository, repository
from backoffice.billing.credit_repository import RefundToAsk
from backoffice.billing.credits import post_refund
from backoffice.billing.domain import REFUND, RefundState, RefundTrigger, refund_key, wait_after_silence
from backoffice.billing.ledger import post
from backoffice.billing.ledger_repository import has_posting
from backoffice.billing.models import RefundRow
from backoffice.billing.postings import About, cash, receivable, refund_returned
from backoffice.billing.providers.port import (
    PaymentProvider,
    ProviderRefund,
    ProviderRefundState,
    ProviderUnavailable,
)
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

log = structlog.get_logger(__name__)

_REFUNDS_AT_ONCE = 50
_ASK_AGAIN_AFTER = timedelta(hours=1)
_TRIGGERS = {
    ProviderRefundState.SUCCEEDED: RefundTrigger.PAID_BACK,
    ProviderRefundState.PENDING: RefundTrigger.PROMISED,
    ProviderRefundState.FAILED: RefundTrigger.REFUSED,
}


class Refunds:
    """The worker that has providers pay back."""

    def __init__(self, database: Database, provider: PaymentProvider, *, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._clock = clock

    async def finish_refunds(self) -> None:
        """Every refund that is to be asked for was asked for once; one that fails waits."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            waiting = await credit_repository.select_refunds_to_ask(unit, now=self._clock(), limit=_REFUNDS_AT_ONCE)
        await try_each(waiting, self._try_to_pay_back)

    async def read_again(self, reference: str) -> None:
        """What the provider only promised is asked for now; what it paid back and got returned is for an operator.

        Raises ProviderUnavailable.
        """
        async with self._database.transaction(ALL_TENANTS) as unit:
            await credit_repository.hasten_refund(unit, reference, now=self._clock())
            done = await credit_repository.find_done_refund(unit, reference)
        if done is None:
            return
        seen = await self._provider.read_refund(reference)
        if seen.state is ProviderRefundState.FAILED:
            async with self._database.transaction(TenantId(done.tenant_id)) as unit:
                await self._note_returned(unit, done.id, seen)

    async def _note_returned(self, unit: Unit, refund_id: str, seen: ProviderRefund) -> None:
        """Reversed once, and only where it was the provider that paid: not what an operator paid after it failed."""
        refund = await credit_repository.lock_refund(unit, refund_id)
        if refund is None or refund.state != RefundState.DONE:
            return
        into = cash(self._provider.name)
        was_paid = await has_posting(unit, refund.id, about=About.REFUND, account=into)
        if not was_paid or await has_posting(unit, refund.id, about=About.REFUND_RETURNED):
            return
        invoice = await repository.find_invoice(unit, refund.invoice_id)
        assert invoice is not None
        amount, owed_by = Money(refund.amount, refund.currency), receivable(invoice.driver_id)
        await post(unit, refund_returned(refund.id, amount, into=into, owed_by=owed_by), at=self._clock())
        refund.state = REFUND.advance(RefundState(refund.state), RefundTrigger.RETURNED)
        refund.detail, refund.done_at = seen.reason, None
        log.warning("what was paid back has returned: by hand, then", refund_id=refund.id, reason=seen.reason)

    async def _try_to_pay_back(self, waiting: RefundToAsk) -> None:
        refund = waiting.refund
        try:
            answer = await self._ask(waiting)
            async with self._database.transaction(TenantId(refund.tenant_id)) as unit:
                await self._record(unit, waiting, answer)
        except ProviderUnavailable as error:
            log.warning("not paid back yet", refund_id=refund.id, reason=str(error))
            await self._wait(refund)
        except Exception:
            await self._wait(refund)
            raise

    async def _wait(self, refund: RefundRow) -> None:
        silences = refund.silences + 1
        until = self._clock() + wait_after_silence(silences)
        async with self._database.transaction(TenantId(refund.tenant_id)) as unit:
            await credit_repository.delay_refund(unit, refund.id, until=until, silences=silences)

    async def _ask(self, waiting: RefundToAsk) -> ProviderRefund:
        refund = waiting.refund
        if waiting.provider != self._provider.name:
            return ProviderRefund(refund.provider_reference, ProviderRefundState.FAILED, "other_provider")
        if refund.state == RefundState.PENDING:
            return await self._provider.read_refund(refund.provider_reference)
        amount = Money(refund.amount, refund.currency)
        return await self._provider.refund(refund.payment_reference, amount, key=refund_key(refund.id))

    async def _record(self, unit: Unit, asked: RefundToAsk, answer: ProviderRefund) -> None:
        refund = await credit_repository.lock_refund(unit, asked.refund.id)
        # A worker that had lost its lock may come late, with an outcome that was recorded before.
        if refund is None or refund.state != asked.refund.state:
            return
        now = self._clock()
        refund.state = REFUND.advance(RefundState(refund.state), _TRIGGERS[answer.state])
        refund.provider_reference, refund.detail = answer.reference, answer.reason
        refund.check_at, refund.silences = now + _ASK_AGAIN_AFTER, 0
        if refund.state == RefundState.DONE:
            refund.done_at = now
            await post_refund(unit, refund, driver_id=asked.driver_id, out_of=cash(asked.provider))
        if refund.state == RefundState.FAILED:
            log.warning("the provider does not pay back: by hand, then", refund_id=refund.id, reason=answer.reason)
