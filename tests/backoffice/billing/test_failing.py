"""What fails every time it is tried: it waits by itself, and nothing behind it does."""

import pytest

from backoffice.billing import collection, holds, refunds, terminals
from backoffice.billing.providers.port import ProviderPayment, ProviderRefund
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.billing.providers.stripe_api import ErrorBody, StripeRefused
from backoffice.contracts.billing import HOLD_PAYMENT, RELEASE_HOLD, HoldPayment, HoldStatus, ReleaseHold
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DriverId
from protocol.domain.money import Money
from tests.backoffice.billing.test_billing import DEFAULT, Bench, bench as bench, bench_with, completed
from tests.backoffice.billing.test_credits import refund, refunds_in
from tests.backoffice.billing.test_settlements import become, complete
from tests.backoffice.billing.test_terminals import authorise, settlements

pytestmark = pytest.mark.slow

GONE = StripeRefused(404, ErrorBody(code="resource_missing"))


class StubbornProvider(SandboxProvider):
    """Fails for what is called bad, in ways that nobody foresaw, and counts how often it was asked for it."""

    asked = 0

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        self._refuse(key, GONE)
        return await super().authorise(card, amount, key=key)

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        self._refuse(key, GONE)
        return await super().cancel(payment, key=key)

    async def refund(self, payment: str, amount: Money, *, key: str) -> ProviderRefund:
        if amount.amount == 1:
            self._refuse("bad", GONE)
        return await super().refund(payment, amount, key=key)

    async def settle_terminal(self, reference: str, amount: Money, *, key: str) -> ProviderPayment:
        self._refuse(key, UnicodeEncodeError("ascii", reference, 0, 1, "a header"))
        return await super().settle_terminal(reference, amount, key=key)

    def _refuse(self, key: str, error: Exception) -> None:
        if "bad" in key:
            StubbornProvider.asked += 1
            raise error


async def tried(times: int = 2) -> None:
    """The bad one was asked for so often, once the counter was set to zero."""

    async def is_so() -> bool:
        return StubbornProvider.asked >= times

    await eventually(is_so, what="what fails is tried again")


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run takes one of each: whatever comes first every time starves the rest."""
    monkeypatch.setattr(StubbornProvider, "asked", 0)
    monkeypatch.setattr(collection, "_INVOICES_AT_ONCE", 1)
    monkeypatch.setattr(holds, "_RELEASES_AT_ONCE", 1)
    monkeypatch.setattr(refunds, "_REFUNDS_AT_ONCE", 1)
    monkeypatch.setattr(terminals, "_PAYMENTS_AT_ONCE", 1)


async def test_terminal_payment_that_nobody_can_ask_for_stops_no_other_collection(
    database_url: str, nats_url: str
) -> None:
    async with bench_with(StubbornProvider, database_url, nats_url) as bench:
        await bench.add_card()
        await authorise(bench, 1, "bad")
        await complete(bench, 1)
        await tried()
        await authorise(bench, 2)
        await complete(bench, 2)

        other = await bench.complete(completed("other"))
        await become(bench, 2, "paid", "8.40")

        assert other["invoice"]["state"] == "paid"
        assert StubbornProvider.asked < 8


async def test_invoice_that_fails_every_time_starves_no_other(database_url: str, nats_url: str) -> None:
    async with bench_with(StubbornProvider, database_url, nats_url) as bench:
        await bench.add_card()
        await bench.place.publish_domain(completed("bad"), key="bad")
        await tried()

        good = await bench.complete(completed("good"))

        assert good["invoice"]["state"] == "paid"
        assert StubbornProvider.asked < 8


async def test_hold_that_cannot_be_given_back_starves_no_other(database_url: str, nats_url: str) -> None:
    async with bench_with(StubbornProvider, database_url, nats_url) as bench:
        await bench.add_card()
        held = [await bench.hold(intent=intent) for intent in ("ugly", "good")]
        await bench.execute("UPDATE billing.holds SET intent_id = 'bad' WHERE intent_id = 'ugly'")
        await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "bad"))
        await tried()
        await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "good"))

        async def is_given_back() -> bool:
            return sorted(state for state, _ in await bench.book()) == ["canceled", "requires_capture"]

        await eventually(is_given_back, what="the good one is given back")
        assert [one.status for one in held] == [HoldStatus.HELD] * 2


async def test_hold_that_never_came_about_is_released_without_asking(database_url: str, nats_url: str) -> None:
    async with bench_with(NoReferenceProvider, database_url, nats_url) as bench:
        await bench.add_card()
        await bench.place.bus.ask(HOLD_PAYMENT, HoldPayment(DEFAULT, DriverId("driver-1"), "i1", FIFTY.amount, "EUR"))
        await bench.execute("UPDATE billing.holds SET state = 'releasing', provider_reference = ''")

        async def is_released() -> bool:
            (row,) = await bench.texts_of("holds")
            return ",released," in row

        await eventually(is_released)


async def test_refund_that_fails_every_time_starves_no_other(database_url: str, nats_url: str) -> None:
    async with bench_with(StubbornProvider, database_url, nats_url) as bench:
        await bench.add_card()
        receipts = [await bench.complete(completed(session)) for session in ("s1", "s2")]
        await refund(bench, receipts[0]["invoice"]["id"], "1.00")
        await tried()
        await refund(bench, receipts[1]["invoice"]["id"], "3.00")

        (done,) = await refunds_in(bench, "done")
        (waiting,) = await refunds_in(bench, "requested")

        assert (done["amount"], waiting["amount"]) == ("3.00", "1.00")


async def test_terminal_that_names_a_hold_of_ours_takes_nothing(bench: Bench) -> None:
    await bench.add_card()
    held = await bench.hold("50")
    await authorise(bench, 1, held.reference)
    await complete(bench, 1)

    receipt = await become(bench, 1, "open", "0.00")

    assert receipt["payments"] == []
    assert await settlements(bench, 1) == [(held.reference, "Rejected")]
    assert [state for state, _ in await bench.book()] == ["requires_capture"]


FIFTY = Money.from_minor_units(5000, "EUR")


class NoReferenceProvider(SandboxProvider):
    """Declines without a reference, and cancels nothing that has none: as Stripe, where no payment was begun."""

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        held = await super().authorise(card, amount, key=key)
        return ProviderPayment("", held.state, held.captured)

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        if not payment:
            raise GONE
        return await super().cancel(payment, key=key)
