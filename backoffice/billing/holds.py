"""Amounts held before a start by app.

Each step is a transaction of ours, the provider's answer, and a transaction of ours: whatever dies between them, the
next call goes on from the row, under the same key.
"""

import structlog

from backoffice.billing import parties_repository, repository
from backoffice.billing.domain import HOLD, HoldState, HoldTrigger, PayerKind, hold_key, wait_after_silence
from backoffice.billing.models import HoldRow
from backoffice.billing.providers.port import PaymentProvider, PaymentState, ProviderUnavailable
from backoffice.contracts.billing import HoldPayment, HoldResult, HoldStatus, ReleaseHold, ReleaseResult
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.workers import try_each
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

log = structlog.get_logger(__name__)

_RELEASES_AT_ONCE = 50
_RESULTS = {
    HoldState.HELD: HoldStatus.HELD,
    HoldState.CAPTURED: HoldStatus.HELD,
    HoldState.DECLINED: HoldStatus.DECLINED,
    HoldState.RELEASING: HoldStatus.DECLINED,
    HoldState.RELEASED: HoldStatus.DECLINED,
}


class Holds:
    """Holds, gives back, and finishes what was begun."""

    def __init__(self, database: Database, provider: PaymentProvider, *, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._clock = clock

    async def hold_payment(self, question: HoldPayment) -> HoldResult:
        """The amount is held, or need not be; the same answer for the same intent. Raises ProviderUnavailable."""
        amount = Money(question.amount, question.currency).rounded()
        async with self._database.transaction(question.tenant) as unit:
            payer = await parties_repository.find_payer(unit, question.driver_id)
            if payer is not None and payer.kind != PayerKind.CARD:
                return HoldResult(HoldStatus.HELD, detail=payer.kind)
            method = await repository.find_default_method(unit, question.driver_id)
            if method is None or method.provider != self._provider.name:
                return HoldResult(HoldStatus.NO_PAYMENT_METHOD)
            values = {
                "tenant_id": question.tenant,
                "intent_id": question.intent_id,
                "driver_id": question.driver_id,
                "payment_method_id": method.id,
                "provider_reference": "",
                "amount": amount.amount,
                "currency": amount.currency,
                "state": HoldState.REQUESTED,
                "detail": "",
                "silences": 0,
                "created_at": self._clock(),
            }
            await repository.insert_hold(unit, values)
            hold = await repository.find_hold(unit, question.intent_id)
            assert hold is not None
            if hold.state != HoldState.REQUESTED:
                return _result(hold)
            card = (await repository.find_method(unit, hold.payment_method_id)).provider_reference
        payment = await self._provider.authorise(card, amount, key=hold_key(question.intent_id))
        is_held = payment.state is PaymentState.REQUIRES_CAPTURE
        async with self._database.transaction(question.tenant) as unit:
            hold = await repository.find_hold(unit, question.intent_id)
            assert hold is not None
            hold.provider_reference, hold.detail = payment.reference, payment.decline_reason
            if hold.state == HoldState.REQUESTED:
                trigger = HoldTrigger.AUTHORISED if is_held else HoldTrigger.REFUSED
                hold.state = HOLD.advance(HoldState(hold.state), trigger)
            return _result(hold)

    async def release_hold(self, question: ReleaseHold) -> ReleaseResult:
        """The hold is on its way back: the worker gives it back. Not where there is an invoice, whose collection it is.

        The invoice's collection may have captured it already, and not have come to say so.
        """
        async with self._database.transaction(question.tenant) as unit:
            hold = await repository.find_hold(unit, question.intent_id)
            if hold is None or hold.state not in (HoldState.REQUESTED, HoldState.HELD):
                return ReleaseResult(is_released=False)
            if await repository.has_invoice(unit, question.intent_id):
                return ReleaseResult(is_released=False)
            hold.state = HOLD.advance(HoldState(hold.state), HoldTrigger.GIVE_BACK)
        return ReleaseResult(is_released=True)

    async def finish_releases(self) -> None:
        """Holds whose giving back was begun are given back; one that fails waits."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            releasing = await repository.select_releasing(unit, now=self._clock(), limit=_RELEASES_AT_ONCE)
        await try_each(releasing, self._try_to_give_back)

    async def read_again(self, payment: str) -> None:
        """A hold that the provider gave back by itself is released. Raises ProviderUnavailable."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            hold = await repository.find_hold_of_payment(unit, payment)
        if hold is None or hold.state != HoldState.HELD:
            return
        seen = await self._provider.read_payment(payment)
        if seen.state is not PaymentState.CANCELED:
            return
        async with self._database.transaction(TenantId(hold.tenant_id)) as unit:
            locked = await repository.find_hold(unit, hold.intent_id)
            if locked is not None and locked.state == HoldState.HELD:
                locked.state = HOLD.advance(HoldState.HELD, HoldTrigger.GIVEN_BACK)
                locked.detail = seen.decline_reason

    async def _try_to_give_back(self, hold: HoldRow) -> None:
        try:
            await self._give_back(hold)
        except Exception as error:
            async with self._database.transaction(TenantId(hold.tenant_id)) as unit:
                current = await repository.find_hold(unit, hold.intent_id)
                if current is not None and current.state == HoldState.RELEASING:
                    current.silences += 1
                    current.release_at = self._clock() + wait_after_silence(current.silences)
            if not isinstance(error, ProviderUnavailable):
                raise
            log.warning("hold not given back yet", intent_id=hold.intent_id, reason=str(error))

    async def _give_back(self, hold: HoldRow) -> None:
        tenant = TenantId(hold.tenant_id)
        reference = hold.provider_reference
        if not reference:
            # We died before we heard the answer: the same key tells what it was.
            async with self._database.transaction(tenant) as unit:
                card = (await repository.find_method(unit, hold.payment_method_id)).provider_reference
            amount = Money(hold.amount, hold.currency)
            reference = (await self._provider.authorise(card, amount, key=hold_key(hold.intent_id))).reference
        if reference:  # else nothing was ever held
            await self._provider.cancel(reference, key=f"cancel:{hold.intent_id}")
        await self._mark_released(tenant, hold.intent_id)

    async def _mark_released(self, tenant: TenantId, intent_id: str) -> None:
        async with self._database.transaction(tenant) as unit:
            hold = await repository.find_hold(unit, intent_id)
            if hold is not None and hold.state == HoldState.RELEASING:
                hold.state = HOLD.advance(HoldState.RELEASING, HoldTrigger.GIVEN_BACK)


def _result(hold: HoldRow) -> HoldResult:
    return HoldResult(_RESULTS[HoldState(hold.state)], detail=hold.detail, reference=hold.provider_reference)
