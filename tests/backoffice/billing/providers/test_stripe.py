"""Stripe at its double: answers that come too late or never, forgotten keys, webhooks, and the service with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from backoffice.billing.app import SERVICE
from backoffice.billing.errors import CardRefused, ForgedWebhook
from backoffice.billing.providers.port import PaymentState, ProviderRefundState, ProviderUnavailable
from backoffice.billing.providers.stripe import StripeProvider
from backoffice.billing.providers.stripe_api import StripeRefused
from backoffice.billing.providers.stripe_signature import check_signature
from backoffice.billing.settings import BillingSettings
from backoffice.contracts.billing import RELEASE_HOLD, HoldStatus, ReleaseHold
from backoffice.kit.clock import utc_now
from backoffice.kit.settings import InvalidSettings, read_settings
from backoffice.kit.testing import eventually
from protocol.domain.money import Money
from tests.backoffice.billing.providers.stripe_double import KEY, SECRET, StripeDouble, running_double, sign
from tests.backoffice.billing.providers.test_every_provider import euros, fresh, stripe_at
from tests.backoffice.billing.test_billing import DEFAULT, Bench, completed
from tests.backoffice.billing.test_credits import get, refund, refunds_in
from tests.backoffice.billing.test_ledger import balances
from tests.backoffice.billing.test_payers import MONTH
from tests.factories.places import open_place

TIMEOUT_S = 0.4
FIFTY = euros("50.00")


@pytest_asyncio.fixture
async def double() -> AsyncIterator[StripeDouble]:
    async with running_double() as one:
        yield one


@pytest_asyncio.fixture
async def provider(double: StripeDouble) -> AsyncIterator[StripeProvider]:
    async with stripe_at(double.url, KEY, timeout_s=TIMEOUT_S) as one:
        yield one


async def card(provider: StripeProvider, token: str = "pm_card_visa") -> str:
    return (await provider.keep_card(token)).reference


async def held(provider: StripeProvider) -> str:
    return (await provider.authorise(await card(provider), FIFTY, key=fresh())).reference


async def test_answer_that_comes_too_late_is_asked_for_again_and_moves_money_once(
    provider: StripeProvider, double: StripeDouble
) -> None:
    payment, key = await held(provider), fresh()
    double.answer_late("/capture", TIMEOUT_S * 3)

    with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
        await provider.capture(payment, euros("8.40"), key=key)
    taken = await provider.capture(payment, euros("8.40"), key=key)

    assert (taken.state, taken.captured) == (PaymentState.SUCCEEDED, euros("8.40"))
    assert double.captured == 840


@pytest.mark.parametrize("days", [0, 2])
async def test_hold_whose_answer_was_lost_is_found_again_even_after_its_key_is_forgotten(
    provider: StripeProvider, double: StripeDouble, days: int
) -> None:
    reference, key = await card(provider), fresh()
    double.answer_late("payment_intents", TIMEOUT_S * 3)

    with pytest.raises(ProviderUnavailable):
        await provider.authorise(reference, FIFTY, key=key)
    if days:
        double.forget_keys()
    again = await provider.authorise(reference, FIFTY, key=key)

    assert again.state is PaymentState.REQUIRES_CAPTURE
    assert len(double.intents) == 1


async def test_refund_whose_answer_was_lost_is_found_again_after_its_key_is_forgotten(
    provider: StripeProvider, double: StripeDouble
) -> None:
    payment, key = await held(provider), fresh()
    await provider.capture(payment, euros("8.40"), key=fresh())
    double.answer_late("refunds", TIMEOUT_S * 3)

    with pytest.raises(ProviderUnavailable):
        await provider.refund(payment, euros("3.00"), key=key)
    double.forget_keys()
    again = await provider.refund(payment, euros("3.00"), key=key)

    assert again.state is ProviderRefundState.SUCCEEDED
    assert [one["amount"] for one in double.refunds.values()] == [300]


@pytest.mark.parametrize("status", [409, 429, 500, 503])
async def test_failure_of_stripe_says_nothing_about_the_payment(
    provider: StripeProvider, double: StripeDouble, status: int
) -> None:
    payment = await held(provider)
    double.fail("/capture", status)

    with pytest.raises(ProviderUnavailable, match=str(status)):
        await provider.capture(payment, euros("8.40"), key=fresh())
    assert (await provider.read_payment(payment)).state is PaymentState.REQUIRES_CAPTURE


async def test_key_that_is_not_good_and_a_stripe_that_is_away_are_waited_for(double: StripeDouble) -> None:
    for url, key in ((double.url, "sk_test_wrong"), ("http://127.0.0.1:9", KEY)):
        async with stripe_at(url, key, timeout_s=TIMEOUT_S) as provider:
            with pytest.raises(ProviderUnavailable):
                await provider.keep_card("pm_card_visa")


async def test_key_of_another_request_is_our_fault_and_no_decline(
    provider: StripeProvider, double: StripeDouble
) -> None:
    payment, key = await held(provider), fresh()
    await provider.cancel(payment, key=key)

    with pytest.raises(StripeRefused, match="idempotency_error"):
        await provider.capture(payment, FIFTY, key=key)


async def test_card_that_the_bank_refuses_to_keep_is_refused(provider: StripeProvider) -> None:
    with pytest.raises(CardRefused, match="generic_decline"):
        await provider.keep_card("pm_card_chargeDeclined")


@pytest.mark.parametrize(
    ("token", "amount", "reason"),
    [
        ("pm_card_chargeCustomerFail", "50.00", "card_declined"),
        ("pm_card_authenticationRequired", "50.00", "authentication_required"),
        ("pm_card_visa", "0.49", "amount_too_small"),
    ],
)
async def test_what_cannot_be_held_is_declined_with_its_reason(
    provider: StripeProvider, token: str, amount: str, reason: str
) -> None:
    declined = await provider.authorise(await card(provider, token), euros(amount), key=fresh())

    assert (declined.state, declined.decline_reason) == (PaymentState.DECLINED, reason)


async def test_hold_that_lapsed_and_terminal_payment_of_nobody_take_nothing(
    provider: StripeProvider, double: StripeDouble
) -> None:
    payment = await held(provider)
    double.let_lapse(payment)

    lapsed = await provider.capture(payment, euros("8.40"), key=fresh())
    unknown = [await provider.settle_terminal("pi_of_nobody", euros(one), key=fresh()) for one in ("8.40", "0")]

    assert (lapsed.state, lapsed.decline_reason) == (PaymentState.CANCELED, "hold_expired")
    assert [one.state for one in unknown] == [PaymentState.DECLINED] * 2
    assert double.captured == 0


@pytest.mark.parametrize(
    "reference", ["../refunds?payment_intent=pi_v&x=", "pi_v/cancel?x=", "psp\n1", "psp-é", "", "pi_é"]
)
@pytest.mark.parametrize("amount", ["8.40", "0"])
async def test_terminal_reference_that_is_no_payment_intent_is_declined_unasked(
    provider: StripeProvider, double: StripeDouble, reference: str, amount: str
) -> None:
    declined = await provider.settle_terminal(reference, euros(amount), key=f"terminal:CP001:{reference}")

    assert (declined.state, declined.decline_reason) == (PaymentState.DECLINED, "no_payment_intent")
    assert double.asked == []


async def test_customer_and_payment_that_are_gone_are_a_decline_and_a_failed_refund(
    provider: StripeProvider, double: StripeDouble
) -> None:
    reference, payment = await card(provider), await held(provider)
    double.lists_are_gone = True

    declined = await provider.authorise(reference, FIFTY, key=fresh())
    refunded = await provider.refund(payment, FIFTY, key=fresh())

    assert (declined.state, declined.decline_reason) == (PaymentState.DECLINED, "resource_missing")
    assert (refunded.state, refunded.reason) == (ProviderRefundState.FAILED, "resource_missing")


async def test_currency_without_cents_is_counted_whole(provider: StripeProvider, double: StripeDouble) -> None:
    payment = await provider.authorise(await card(provider), Money(Decimal(1200), "JPY"), key=fresh())
    taken = await provider.capture(payment.reference, Money(Decimal(900), "JPY"), key=fresh())

    assert double.intents[payment.reference]["amount"] == 1200
    assert taken.captured == Money(Decimal(900), "JPY")


def test_live_key_needs_a_word_more_and_stripe_needs_its_secrets() -> None:
    settings = {"BILLING_PROVIDER": "stripe", "BILLING_STRIPE_WEBHOOK_SECRET": "whsec", "TOKEN_KEY": "x" * 16}
    live = {"BILLING_STRIPE_KEY": "sk_live_x"}

    def read(**more: str) -> BillingSettings:
        return read_settings([BillingSettings], settings | more).of(BillingSettings)

    assert read(BILLING_STRIPE_KEY="sk_test_x").provider == "stripe"
    assert read(**live, BILLING_STRIPE_IS_LIVE="true").stripe_is_live
    with pytest.raises(InvalidSettings, match=r"BILLING_STRIPE_KEY: .*no test key") as refused:
        read(**live)
    assert "sk_live_x" not in str(refused.value)
    with pytest.raises(InvalidSettings, match=r"BILLING_PROVIDER: .*needs BILLING_STRIPE_KEY"):
        read()


# Signatures.


PAYLOAD = b'{"id":"evt_1"}'


def test_signature_is_taken_among_several_and_within_the_tolerance() -> None:
    now = utc_now()
    good = sign(PAYLOAD, at=now.timestamp())

    check_signature(PAYLOAD, good, secret=SECRET, now=now)
    check_signature(PAYLOAD, f"{good},v1=0000", secret=SECRET, now=now + timedelta(seconds=299))
    check_signature(PAYLOAD, good.replace("v1=", "v1=00,v1="), secret=SECRET, now=now)


@pytest.mark.parametrize(
    ("payload", "header", "late_s"),
    [
        (PAYLOAD + b" ", "{good}", 0),
        (PAYLOAD, "{other}", 0),
        (PAYLOAD, "{good}", 302),
        (PAYLOAD, "{good}", -302),
        (PAYLOAD, "t=1,{good}", 0),
        (PAYLOAD, "v1=00", 0),
        (PAYLOAD, "t=\u0661,v1=00", 0),
        (PAYLOAD, "", 0),
    ],
)
def test_forged_or_stale_webhook_is_refused(payload: bytes, header: str, late_s: int) -> None:
    now = utc_now()
    filled = header.format(
        good=sign(PAYLOAD, at=now.timestamp()), other=sign(PAYLOAD, at=now.timestamp(), secret="whsec_other")
    )

    with pytest.raises(ForgedWebhook):
        check_signature(payload, filled, secret=SECRET, now=now + timedelta(seconds=late_s))


# The service with Stripe as its provider.


@asynccontextmanager
async def service_at(double: StripeDouble, database_url: str, nats_url: str) -> AsyncIterator[Bench]:
    environ = {
        "BILLING_PROVIDER": "stripe",
        "BILLING_STRIPE_KEY": KEY,
        "BILLING_STRIPE_WEBHOOK_SECRET": SECRET,
        "BILLING_STRIPE_URL": double.url,
        "BILLING_STRIPE_TIMEOUT_S": str(TIMEOUT_S),
    }
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        yield Bench(place, database_url)


@pytest_asyncio.fixture
async def service(double: StripeDouble, database_url: str, nats_url: str) -> AsyncIterator[Bench]:
    async with service_at(double, database_url, nats_url) as bench:
        yield bench


async def post_event(
    bench: Bench, payload: bytes, *, header: str | None = None, at: float | None = None
) -> httpx.Response:
    signature = header or sign(payload, at=at or bench.place.clock().timestamp())
    return await bench.place.http.post(
        "/api/v1/billing/webhooks/stripe", content=payload, headers={"Stripe-Signature": signature}
    )


async def test_session_is_held_taken_and_paid_back_through_stripe(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_visa")
    hold = await service.hold("50")
    receipt = await service.complete(completed(intent_id="i1"))
    await refund(service, receipt["invoice"]["id"], "3.40")
    await refunds_in(service, "done")

    assert hold.status is HoldStatus.HELD
    assert receipt["payments"][0]["card"] == "visa …4242"
    assert double.captured == 840
    assert [one["amount"] for one in double.refunds.values()] == [340]
    assert (await balances(service))["cash:stripe"] == Decimal("5.00")


async def test_capture_whose_answer_came_too_late_is_booked_once(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_visa")
    await service.hold("50")
    double.answer_late("/capture", TIMEOUT_S * 3)

    receipt = await service.complete(completed(intent_id="i1"))

    assert receipt["invoice"]["state"] == "paid"
    assert [one["amount"] for one in receipt["payments"]] == ["8.40"]
    assert double.captured == 840
    assert (await balances(service))["cash:stripe"] == Decimal("8.40")


async def test_declined_card_stays_open_and_another_pays(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_chargeCustomerFail")
    receipt = await service.complete(completed())
    await service.add_card("pm_card_mastercard")
    await service.place.http.post(
        f"/api/v1/billing/invoices/{receipt['invoice']['id']}/pay",
        headers=service.place.driver_headers() | {"Idempotency-Key": "with-another-card"},
    )
    paid = await service.complete(completed())

    assert (receipt["invoice"]["state"], receipt["invoice"]["reason"]) == ("open", "card_declined")
    assert [one["card"] for one in paid["payments"]] == ["mastercard …4444"]
    assert double.captured == 840


async def test_number_of_a_card_is_refused_before_stripe_hears_of_it(service: Bench, double: StripeDouble) -> None:
    answer = await service.place.http.post(
        "/api/v1/billing/payment-methods",
        json={"card_number": "4242 4242 4242 4242"},
        headers=service.place.driver_headers(),
    )

    assert answer.status_code == 422
    assert double.asked == []


async def pending_refund(service: Bench, double: StripeDouble) -> dict[str, Any]:
    """A refund that Stripe has promised, as it is at Stripe."""
    await service.add_card("pm_card_visa")
    receipt = await service.complete(completed())
    double.refunds_are = "pending"
    await refund(service, receipt["invoice"]["id"], "3.00")
    await refunds_in(service, "pending")
    (made,) = double.refunds.values()
    return made


async def test_webhook_hastens_the_refund_that_it_is_about_once(service: Bench, double: StripeDouble) -> None:
    made = await pending_refund(service, double)
    made["status"] = "succeeded"
    payload = double.event("refund.updated", made)

    first, again = await post_event(service, payload), await post_event(service, payload)
    await refunds_in(service, "done")

    assert (first.status_code, again.status_code) == (204, 204)
    assert len(await service.texts_of("provider_events")) == 1
    assert (await balances(service))["cash:stripe"] == Decimal("5.40")


async def test_refund_that_returns_to_stripe_is_reversed_once_and_paid_by_hand(
    service: Bench, double: StripeDouble
) -> None:
    await service.add_card("pm_card_visa")
    receipt = await service.complete(completed())
    await refund(service, receipt["invoice"]["id"], "3.00")
    await refunds_in(service, "done")
    (made,) = double.refunds.values()
    made |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}

    answers = [await post_event(service, double.event("refund.failed", made)) for _ in range(2)]
    (failed,) = await refunds_in(service, "failed")
    returned = await balances(service)
    by_hand = await service.place.http.post(
        f"/api/v1/billing/refunds/{failed['id']}/paid-by-hand",
        json={"note": "by bank"},
        headers=service.place.operator_headers(),
    )
    answers.append(await post_event(service, double.event("refund.updated", made)))
    (done,) = await refunds_in(service, "done")
    after = await balances(service)
    (totals,) = (await get(service, f"drivers/driver-1/months/{MONTH}"))["totals"]

    assert [one.status_code for one in answers] == [204] * 3
    assert (failed["detail"], failed["done_at"]) == ("expired_or_canceled_card", None)
    assert (returned["cash:stripe"], returned["receivable:driver-1"]) == (Decimal("8.40"), Decimal("-3.00"))
    assert (by_hand.status_code, done["id"], done["detail"]) == (200, failed["id"], "by bank")
    assert (after["cash:stripe"], after["cash:till"]) == (Decimal("8.40"), Decimal("-3.00"))
    assert after.get("receivable:driver-1", Decimal(0)) == 0
    assert Decimal(totals["paid_back"]) == 3


async def test_refund_that_was_paid_by_hand_after_it_failed_stays_done(service: Bench, double: StripeDouble) -> None:
    made = await pending_refund(service, double)
    made |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    await post_event(service, double.event("refund.failed", made))
    (failed,) = await refunds_in(service, "failed")
    await service.place.http.post(
        f"/api/v1/billing/refunds/{failed['id']}/paid-by-hand",
        json={"note": "by bank"},
        headers=service.place.operator_headers(),
    )

    await post_event(service, double.event("refund.updated", made))

    (done,) = await refunds_in(service, "done")
    assert done["detail"] == "by bank"
    assert (await balances(service))["cash:till"] == Decimal("-3.00")


async def test_webhook_is_a_hint_and_what_it_claims_is_not_believed(service: Bench, double: StripeDouble) -> None:
    made = await pending_refund(service, double)
    asked = len(double.asked)

    await post_event(service, double.event("refund.updated", made | {"status": "succeeded"}))

    async def read_again() -> bool:
        return ("GET", f"refunds/{made['id']}") in double.asked[asked:]

    await eventually(read_again)
    assert [one["state"] for one in (await get(service, "refunds"))["items"]] == ["pending"]


async def hold_state(service: Bench) -> str:
    """Whether the hold is still to be given back, as a start's release sees it."""
    (row,) = await service.texts_of("holds")
    return row.split(",")[7]


async def test_hold_that_lapsed_is_released_and_the_card_charged_at_the_end(
    service: Bench, double: StripeDouble
) -> None:
    await service.add_card("pm_card_visa")
    held_as = (await service.hold("50")).reference
    double.let_lapse(held_as)

    await post_event(service, double.event("payment_intent.canceled", double.intents[held_as]))
    state = await hold_state(service)
    receipt = await service.complete(completed(intent_id="i1"))

    assert state == "released"
    assert receipt["invoice"]["state"] == "paid"
    assert double.captured == 840


async def test_event_that_is_repeated_is_read_again_once(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_visa")
    held_as = (await service.hold("50")).reference
    payload = double.event("payment_intent.amount_capturable_updated", double.intents[held_as])

    answers = [await post_event(service, payload) for _ in range(3)]
    other = await post_event(service, double.event("payment_intent.processing", double.intents[held_as]))

    assert [one.status_code for one in (*answers, other)] == [204] * 4
    assert double.asked.count(("GET", f"payment_intents/{held_as}")) == 2


async def test_event_about_what_is_nothing_to_us_is_heard(service: Bench, double: StripeDouble) -> None:
    answers = [
        await post_event(service, double.event("balance.available", {"object": "balance"})),
        await post_event(
            service, double.event("payment_intent.created", {"object": "payment_intent", "id": "pi_other"})
        ),
        await post_event(service, double.event("refund.updated", {"object": "refund", "id": "re_other"})),
    ]

    assert [one.status_code for one in answers] == [204] * 3
    assert double.asked == []


async def test_webhooks_in_the_wrong_order_change_nothing(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_visa")
    held_as = (await service.hold("50")).reference
    stale = dict(double.intents[held_as]) | {"status": "canceled"}

    answer = await post_event(service, double.event("payment_intent.canceled", stale))
    state = await hold_state(service)
    receipt = await service.complete(completed(intent_id="i1"))
    late = await post_event(service, double.event("payment_intent.amount_capturable_updated", stale))

    assert (answer.status_code, late.status_code, state) == (204, 204, "held")
    assert receipt["invoice"]["state"] == "paid"
    assert await hold_state(service) == "captured"
    assert not (await service.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "i1"))).is_released


async def test_webhook_that_cannot_be_read_again_now_comes_again(service: Bench, double: StripeDouble) -> None:
    await service.add_card("pm_card_visa")
    held_as = (await service.hold("50")).reference
    double.let_lapse(held_as)
    payload = double.event("payment_intent.canceled", double.intents[held_as])
    url, double.intents = held_as, {}

    refused = await post_event(service, payload)
    double.intents = {url: {**_lapsed(url)}}
    again = await post_event(service, payload)

    assert (refused.status_code >= 500, again.status_code) == (True, 204)
    assert await hold_state(service) == "released"


def _lapsed(intent: str) -> dict[str, Any]:
    return {
        "id": intent,
        "amount": 5000,
        "amount_received": 0,
        "currency": "eur",
        "customer": "cus",
        "status": "canceled",
        "cancellation_reason": "automatic",
        "metadata": {},
    }


@pytest.mark.parametrize("forgery", ["signature", "stale", "changed", "none"])
async def test_forged_and_replayed_webhooks_are_refused_and_leave_nothing(
    service: Bench, double: StripeDouble, forgery: str
) -> None:
    made = await pending_refund(service, double)
    made["status"] = "succeeded"
    payload, now = double.event("refund.updated", made), service.place.clock().timestamp()
    asked = len(double.asked)

    answer = {
        "signature": lambda: post_event(service, payload, header=sign(payload, at=now, secret="whsec_other")),
        "stale": lambda: post_event(service, payload, at=now - 301),
        "changed": lambda: post_event(service, payload + b" ", header=sign(payload, at=now)),
        "none": lambda: post_event(service, payload, header="t=,v1="),
    }[forgery]()

    assert (await answer).status_code == 422
    assert len(double.asked) == asked
    assert [one["state"] for one in (await get(service, "refunds"))["items"]] == ["pending"]
