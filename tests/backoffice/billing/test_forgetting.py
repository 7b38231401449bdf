"""A driver who is forgotten: what is in the way, what becomes of their cards, and what the books keep."""

from datetime import timedelta
from typing import ClassVar

import pytest

from backoffice.billing.providers.port import ProviderUnavailable
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, AskObstacles
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DriverId
from tests.backoffice.billing.test_billing import DECLINED, DEFAULT, GOOD, Bench, bench_with, completed

DRIVER = DriverId("driver-1")


class ShyProvider(SandboxProvider):
    """Does not answer at first when a card is to be removed."""

    silences = 1
    removed: ClassVar[list[str]] = []

    async def remove_card(self, card: str) -> None:
        if ShyProvider.silences:
            ShyProvider.silences -= 1
            raise ProviderUnavailable("sandbox", "told to fail")
        ShyProvider.removed.append(card)


async def obstacles(bench: Bench) -> tuple[str, ...]:
    return (await bench.place.bus.ask(OBSTACLES_OF["billing"], AskObstacles(DEFAULT, DRIVER))).reasons


@pytest.fixture
def shy() -> list[str]:
    ShyProvider.silences, ShyProvider.removed = 1, []
    return ShyProvider.removed


async def test_who_owes_or_is_owed_cannot_be_forgotten_yet(database_url: str, nats_url: str) -> None:
    async with bench_with(SandboxProvider, database_url, nats_url) as bench:
        await bench.add_card(GOOD)
        await bench.hold()
        held = await obstacles(bench)
        await bench.complete(completed(intent_id="i1"))
        paid = await obstacles(bench)
        await bench.add_card(DECLINED)
        await bench.complete(completed("s2"))
        owing = await obstacles(bench)

    assert len(held) == 1
    assert paid == ()
    assert owing == ("An invoice is not paid.",)


async def test_card_is_removed_at_the_provider_and_the_books_stay(
    database_url: str, nats_url: str, shy: list[str]
) -> None:
    async with bench_with(ShyProvider, database_url, nats_url) as bench:
        await bench.add_card(GOOD)
        before = await bench.complete(completed())
        kept = await bench.texts_of("payments", "ledger_entries")

        await bench.place.publish_domain(DriverDeleted(DRIVER), key=DRIVER)

        async def is_removed() -> list[str]:
            bench.place.clock.advance(timedelta(minutes=2))
            return shy

        await eventually(is_removed, what="a card that the provider has forgotten")

        async def is_empty() -> bool:
            (method,) = await bench.texts_of("payment_methods")
            return not any(word in method for word in (DRIVER, "visa", "4242", shy[0]))

        await eventually(is_empty, what="an empty row of the card")
        headers = bench.place.operator_headers()
        after = (await bench.place.http.get("/api/v1/billing/receipts/s1", headers=headers)).json()
        assert after["invoice"] == before["invoice"]
        assert await bench.texts_of("payments", "ledger_entries") == kept


async def test_refund_after_that_is_booked_where_the_payment_was(database_url: str, nats_url: str) -> None:
    async with bench_with(SandboxProvider, database_url, nats_url) as bench:
        await bench.add_card(GOOD)
        receipt = await bench.complete(completed())
        await bench.place.publish_domain(DriverDeleted(DRIVER), key=DRIVER)

        async def is_forgotten() -> bool:
            (method,) = await bench.texts_of("payment_methods")
            return DRIVER not in method

        await eventually(is_forgotten)
        invoice_id = receipt["invoice"]["id"]
        headers = bench.place.operator_headers() | {"Idempotency-Key": "refund-key-1"}
        refunded = await bench.place.http.post(
            f"/api/v1/billing/invoices/{invoice_id}/refunds", json={"reason": "x"}, headers=headers
        )
        assert refunded.status_code == 201, refunded.text

        async def is_done() -> bool:
            return any(",done," in row for row in await bench.texts_of("refunds"))

        await eventually(is_done, what="a refund that is done")
