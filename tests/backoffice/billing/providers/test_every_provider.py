"""What billing needs of any provider: the sandbox, Stripe at a double, and Stripe itself where a key is given."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import pytest_asyncio

from backoffice.billing.app import SERVICE
from backoffice.billing.errors import InvalidCard
from backoffice.billing.providers.port import PaymentProvider, PaymentState, ProviderRefundState
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.billing.providers.stripe import StripeProvider
from backoffice.billing.providers.stripe_api import StripeApi
from backoffice.contracts import CATALOGUE
from backoffice.kit.database import Database
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.migrations import migrate
from protocol.domain.money import Money
from tests.backoffice.billing.providers.stripe_double import KEY, running_double

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")
NO_KEY = "Stripe itself is asked where STRIPE_TEST_KEY=sk_test_… is set"
SANDBOX, DOUBLE = "sandbox", "stripe's double"
STRIPE = pytest.param("stripe", marks=pytest.mark.skipif(not REAL_KEY.startswith("sk_test_"), reason=NO_KEY))


@dataclass
class Bench:
    """A provider, and what it calls cards that pay, are declined, and are none."""

    provider: PaymentProvider
    good: str
    declined: str
    nonsense: str

    async def card(self, number: str = "") -> str:
        return (await self.provider.keep_card(number or self.good)).reference

    async def held(self, amount: str = "50.00") -> str:
        return (await self.provider.authorise(await self.card(), euros(amount), key=fresh())).reference

    async def captured(self, amount: str = "8.40") -> str:
        payment = await self.held()
        await self.provider.capture(payment, euros(amount), key=fresh())
        return payment


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def fresh() -> str:
    return f"test:{uuid.uuid4().hex}"


@pytest_asyncio.fixture(params=[SANDBOX, DOUBLE, STRIPE])
async def bench(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Bench]:
    if request.param == SANDBOX:
        await migrate(database_url, [SERVICE])
        database = Database(database_url, service="billing", catalogue=CATALOGUE)
        sandbox = SandboxProvider(database, clock=lambda: datetime.now(UTC))
        yield Bench(sandbox, "4242 4242 4242 4242", "4000 0000 0000 9995", "4242 4242 4242 4241")
        await database.close()
    elif request.param == DOUBLE:
        async with running_double() as double, stripe_at(double.url, KEY) as provider:
            yield of_stripe(provider)
    else:
        async with stripe_at("https://api.stripe.com", REAL_KEY) as provider:
            yield of_stripe(provider)


@asynccontextmanager
async def stripe_at(url: str, key: str, *, timeout_s: float = 30) -> AsyncIterator[StripeProvider]:
    api = StripeApi(key=key, url=url, timeout_s=timeout_s)
    try:
        yield StripeProvider(api)
    finally:
        await api.close()


def of_stripe(provider: StripeProvider) -> Bench:
    return Bench(provider, "pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_of_nobody")


async def test_card_is_kept_without_its_number(bench: Bench) -> None:
    card = await bench.provider.keep_card(bench.good)

    assert (card.brand, card.last4) == ("visa", "4242")
    assert "424242" not in card.reference.replace(" ", "")


async def test_what_is_no_card_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidRequest):
        await bench.provider.keep_card(bench.nonsense)
    with pytest.raises(InvalidCard):
        await bench.provider.keep_card("1234567890123")


async def test_card_that_is_removed_twice_is_removed(bench: Bench) -> None:
    card = await bench.card()

    await bench.provider.remove_card(card)
    await bench.provider.remove_card(card)


async def test_part_of_what_is_held_is_taken(bench: Bench) -> None:
    held = await bench.provider.authorise(await bench.card(), euros("50.00"), key=fresh())
    taken = await bench.provider.capture(held.reference, euros("8.40"), key=fresh())

    assert (held.state, held.captured) == (PaymentState.REQUIRES_CAPTURE, euros("0.00"))
    assert held.capture_before is not None
    assert held.capture_before > datetime.now(UTC)
    assert (taken.state, taken.captured, taken.reference) == (PaymentState.SUCCEEDED, euros("8.40"), held.reference)


async def test_more_than_is_held_takes_what_is_held(bench: Bench) -> None:
    payment, key = await bench.held("50.00"), fresh()

    taken, again = [await bench.provider.capture(payment, euros("50.01"), key=key) for _ in range(2)]

    assert (taken.state, taken.captured) == (PaymentState.SUCCEEDED, euros("50.00"))
    assert (again.state, again.captured) == (taken.state, taken.captured)


async def test_declined_card_holds_nothing_and_says_so_again(bench: Bench) -> None:
    card, key = await bench.card(bench.declined), fresh()

    first, again = [await bench.provider.authorise(card, euros("50.00"), key=key) for _ in range(2)]

    assert first.state is PaymentState.DECLINED
    assert first.decline_reason
    assert (again.state, again.decline_reason, again.reference) == (
        first.state, first.decline_reason, first.reference,
    )  # fmt: skip


async def test_same_key_holds_and_takes_once(bench: Bench) -> None:
    card, hold, take = await bench.card(), fresh(), fresh()

    payments = [await bench.provider.authorise(card, euros("50.00"), key=hold) for _ in range(2)]
    taken = [await bench.provider.capture(payments[0].reference, euros("8.40"), key=take) for _ in range(2)]
    other = await bench.provider.authorise(card, euros("50.00"), key=fresh())

    assert payments[0].reference == payments[1].reference != other.reference
    assert [one.captured for one in taken] == [euros("8.40")] * 2


async def test_what_was_taken_stays_so_whatever_the_key(bench: Bench) -> None:
    payment = await bench.captured("8.40")

    again = await bench.provider.capture(payment, euros("50.00"), key=fresh())
    canceled = await bench.provider.cancel(payment, key=fresh())

    assert (again.state, again.captured) == (PaymentState.SUCCEEDED, euros("8.40"))
    assert (canceled.state, canceled.captured) == (PaymentState.SUCCEEDED, euros("8.40"))


async def test_what_was_given_back_cannot_be_taken(bench: Bench) -> None:
    payment = await bench.held()

    canceled = [await bench.provider.cancel(payment, key=fresh()) for _ in range(2)]
    taken = await bench.provider.capture(payment, euros("8.40"), key=fresh())

    assert [one.state for one in canceled] == [PaymentState.CANCELED] * 2
    assert (taken.state, taken.captured) == (PaymentState.CANCELED, euros("0.00"))


async def test_parts_go_back_and_never_more_than_was_taken(bench: Bench) -> None:
    payment, key = await bench.captured("8.40"), fresh()

    first, again = [await bench.provider.refund(payment, euros("3.00"), key=key) for _ in range(2)]
    over = await bench.provider.refund(payment, euros("5.41"), key=fresh())
    rest = await bench.provider.refund(payment, euros("5.40"), key=fresh())
    more = await bench.provider.refund(payment, euros("0.50"), key=fresh())

    assert first == again
    assert (first.state, rest.state) == (ProviderRefundState.SUCCEEDED, ProviderRefundState.SUCCEEDED)
    assert (over.state, more.state) == (ProviderRefundState.FAILED, ProviderRefundState.FAILED)
    assert over.reason
    assert more.reason


async def test_payment_and_refund_read_as_they_are(bench: Bench) -> None:
    payment = await bench.captured("8.40")
    refund = await bench.provider.refund(payment, euros("3.00"), key=fresh())

    seen = await bench.provider.read_payment(payment)

    assert (seen.state, seen.captured) == (PaymentState.SUCCEEDED, euros("8.40"))
    assert await bench.provider.read_refund(refund.reference) == refund


@pytest.mark.parametrize(("amount", "state"), [("8.40", PaymentState.SUCCEEDED), ("0", PaymentState.CANCELED)])
async def test_what_a_terminal_holds_is_settled_once(bench: Bench, amount: str, state: PaymentState) -> None:
    reference, key = await bench.held(), fresh()

    first, again = [await bench.provider.settle_terminal(reference, euros(amount), key=key) for _ in range(2)]

    assert (first.state, first.captured.amount) == (state, Decimal(amount))
    assert (again.state, again.captured) == (first.state, first.captured)
