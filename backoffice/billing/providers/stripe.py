"""Stripe: payment intents with manual capture, cards kept with a customer of their own, refunds.

Invariants:
1. A card's number never comes through here: the driver's page gives it to Stripe, and gives us the token.
2. Stripe forgets an idempotency key after a day. What begins a movement of money (a payment, a refund) carries its key
   in its metadata as well and is looked for first, so that an answer that was lost is found later than that, too.
3. What cannot be done in the payment's state is no error: the payment is read again, and is the answer.
"""

import asyncio
import re
from datetime import UTC, datetime

from backoffice.billing.errors import CardRefused, InvalidCard
from backoffice.billing.providers.port import (
    PaymentState,
    ProviderCard,
    ProviderPayment,
    ProviderRefund,
    ProviderRefundState,
)
from backoffice.billing.providers.stripe_api import (
    NAME,
    Charge,
    Customer,
    ErrorBody,
    ObjectList,
    PaymentIntent,
    PaymentMethod,
    Refund,
    StripeApi,
    StripeRefused,
)
from protocol.bus.envelope import unique_event_id
from protocol.domain.money import Money

KEY = "chargeyard_key"
"""The metadata that names the idempotency key."""

_LISTED = 100
_INTENT = re.compile(r"pi_[A-Za-z0-9_]+", re.ASCII)
_NOT_FOUND = 404
_GONE = (400, _NOT_FOUND)  # of a card that has no customer any more, Stripe says that the request is bad
_KEY_REUSED = "idempotency_error"
_UNEXPECTED_STATE = "payment_intent_unexpected_state"
_HELD_TOO_LONG = "automatic"
_STATES = {
    "requires_capture": PaymentState.REQUIRES_CAPTURE,
    "succeeded": PaymentState.SUCCEEDED,
    "canceled": PaymentState.CANCELED,
}
_REFUND_STATES = {
    "succeeded": ProviderRefundState.SUCCEEDED,
    "pending": ProviderRefundState.PENDING,
    "requires_action": ProviderRefundState.PENDING,
}


class StripeProvider:
    """A card's reference names its customer and its payment method: `cus_…/pm_…`."""

    name = NAME

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    async def keep_open(self) -> None:
        """Connections are kept until this is cancelled, and closed then."""
        try:
            await asyncio.Event().wait()
        finally:
            await self._api.close()

    async def keep_card(self, number: str) -> ProviderCard:
        """The token's card is kept. Raises InvalidCard for what is no token, CardRefused where the bank says no."""
        if not number.startswith("pm_"):
            raise InvalidCard(
                "This is no token of a card: the page gets one from Stripe. A test key takes pm_card_visa."
            )
        attempt = unique_event_id(datetime.now(UTC))
        try:
            customer = await self._api.post("customers", Customer, key=f"customer:{attempt}", form={})
            method = await self._api.post(
                f"payment_methods/{number}/attach",
                PaymentMethod,
                key=f"attach:{attempt}",
                form={"customer": customer.id},
            )
        except StripeRefused as refused:
            raise CardRefused(refused.error.decline_code or refused.error.code or refused.error.type) from refused
        if method.card is None:
            raise InvalidCard("This is a payment method, and not a card.")
        return ProviderCard(f"{customer.id}/{method.id}", brand=method.card.brand, last4=method.card.last4)

    async def remove_card(self, card: str) -> None:
        """Nobody can be charged by it again; its customer, of whom Stripe was told nothing, is left without one."""
        _, _, method = card.partition("/")
        try:
            await self._api.post(f"payment_methods/{method}/detach", PaymentMethod, key=f"detach:{method}", form={})
        except StripeRefused as refused:
            if refused.status not in _GONE:
                raise

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        """Held, or declined; a bank that wants to see the driver declines, for the driver is not there."""
        customer, _, method = card.partition("/")
        try:
            known = await self._api.get("payment_intents", ObjectList[PaymentIntent], customer=customer, limit=_LISTED)
        except StripeRefused as refused:
            return _declined(refused, "", amount.currency)
        for intent in known.data:
            if intent.metadata.get(KEY) == key:
                return _seen(intent)
        form: dict[str, str | int] = {
            "amount": amount.minor_units(),
            "currency": amount.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types[]": "card",
            "capture_method": "manual",
            "confirm": "true",
            "off_session": "true",
            "expand[]": "latest_charge",
            f"metadata[{KEY}]": key,
        }
        try:
            return _seen(await self._api.post("payment_intents", PaymentIntent, key=key, form=form))
        except StripeRefused as refused:
            return _declined(refused, "", amount.currency)

    async def capture(self, payment: str, amount: Money, *, key: str) -> ProviderPayment:
        """Taken, and the rest given back; what was taken before stays as it is, whatever the key."""
        form: dict[str, str | int] = {"amount_to_capture": amount.minor_units()}
        try:
            intent = await self._api.post(f"payment_intents/{payment}/capture", PaymentIntent, key=key, form=form)
        except StripeRefused as refused:
            return await self._after(refused, payment, amount, key=key)
        return _seen(intent)

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        """Given back, unless it was taken."""
        try:
            intent = await self._api.post(f"payment_intents/{payment}/cancel", PaymentIntent, key=key, form={})
        except StripeRefused as refused:
            if refused.error.code == _UNEXPECTED_STATE:
                return await self.read_payment(payment)
            raise
        return _seen(intent)

    async def refund(self, payment: str, amount: Money, *, key: str) -> ProviderRefund:
        """Given back, promised, or failed."""
        try:
            known = await self._api.get("refunds", ObjectList[Refund], payment_intent=payment, limit=_LISTED)
        except StripeRefused as refused:
            return ProviderRefund("", ProviderRefundState.FAILED, _reason_of(refused.error))
        for refund in known.data:
            if refund.metadata.get(KEY) == key:
                return _seen_refund(refund)
        form: dict[str, str | int] = {
            "payment_intent": payment,
            "amount": amount.minor_units(),
            f"metadata[{KEY}]": key,
        }
        try:
            return _seen_refund(await self._api.post("refunds", Refund, key=key, form=form))
        except StripeRefused as refused:
            if refused.error.type == _KEY_REUSED:
                raise
            return ProviderRefund("", ProviderRefundState.FAILED, _reason_of(refused.error))

    async def read_refund(self, refund: str) -> ProviderRefund:
        """How it stands now."""
        return _seen_refund(await self._api.get(f"refunds/{refund}", Refund))

    async def read_payment(self, payment: str) -> ProviderPayment:
        """How it stands now."""
        found = await self._api.get(f"payment_intents/{payment}", PaymentIntent, **{"expand[]": "latest_charge"})
        return _seen(found)

    async def settle_terminal(self, reference: str, amount: Money, *, key: str) -> ProviderPayment:
        """The terminal's reference is a payment intent of the same account; what cannot be one is not asked about."""
        if _INTENT.fullmatch(reference) is None:
            nothing = Money.from_minor_units(0, amount.currency)
            return ProviderPayment(reference, PaymentState.DECLINED, nothing, decline_reason="no_payment_intent")
        if amount.amount == 0:
            try:
                return await self.cancel(reference, key=key)
            except StripeRefused as refused:
                return _declined(refused, reference, amount.currency)
        return await self.capture(reference, amount, key=key)

    async def _after(self, refused: StripeRefused, payment: str, amount: Money, *, key: str) -> ProviderPayment:
        """What the payment is after a refusal to take the amount: all of what is held, where that is less."""
        declined = _declined(refused, payment, amount.currency)
        if refused.status == _NOT_FOUND:
            return declined
        intent = await self._api.get(f"payment_intents/{payment}", PaymentIntent)
        if intent.status in (PaymentState.SUCCEEDED, PaymentState.CANCELED):
            return _seen(intent)
        if intent.status != PaymentState.REQUIRES_CAPTURE or amount.minor_units() <= intent.amount_capturable:
            return declined
        path = f"payment_intents/{payment}/capture"
        return _seen(await self._api.post(path, PaymentIntent, key=f"{key}:all", form={}))


def _seen(intent: PaymentIntent) -> ProviderPayment:
    currency = intent.currency.upper()
    state = _STATES.get(intent.status, PaymentState.DECLINED)
    reason = ""
    if state is PaymentState.DECLINED:
        reason = _reason_of(intent.last_payment_error) if intent.last_payment_error else intent.status
    if state is PaymentState.CANCELED and intent.cancellation_reason == _HELD_TOO_LONG:
        reason = "hold_expired"
    return ProviderPayment(
        reference=intent.id,
        state=state,
        captured=Money.from_minor_units(intent.amount_received, currency),
        capture_before=_capture_before(intent),
        decline_reason=reason,
    )


def _capture_before(intent: PaymentIntent) -> datetime | None:
    charge = intent.latest_charge
    details = charge.payment_method_details if isinstance(charge, Charge) else None
    if details is None or details.card is None or details.card.capture_before is None:
        return None
    return datetime.fromtimestamp(details.card.capture_before, UTC)


def _declined(refused: StripeRefused, payment: str, currency: str) -> ProviderPayment:
    """The bank's no, or Stripe's: too little to charge, a card that is gone, no such payment.

    Raises where the key was used for another request: that is our fault, and says nothing about the payment.
    """
    if refused.error.type == _KEY_REUSED:
        raise refused
    intent = refused.error.payment_intent
    return ProviderPayment(
        reference=intent.id if intent else payment,
        state=PaymentState.DECLINED,
        captured=Money.from_minor_units(0, currency),
        decline_reason=_reason_of(refused.error),
    )


def _seen_refund(refund: Refund) -> ProviderRefund:
    state = _REFUND_STATES.get(refund.status or "", ProviderRefundState.FAILED)
    reason = (refund.failure_reason or refund.status or "failed") if state is ProviderRefundState.FAILED else ""
    return ProviderRefund(refund.id, state, reason)


def _reason_of(error: ErrorBody) -> str:
    """The bank's word where it says more than no."""
    generic = (None, "", "generic_decline", "do_not_honor")
    return error.code or error.type if error.decline_code in generic else str(error.decline_code)
