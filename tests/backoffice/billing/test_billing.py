"""Billing on real servers: holds, invoices, cards that decline, crashes between the provider and our commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy.engine import make_url

from backoffice.billing.app import SERVICE, build_with
from backoffice.billing.domain import HOLD, INVOICE, Collected, HoldState, InvoiceState, InvoiceTrigger, outcome_of
from backoffice.billing.providers.port import ProviderPayment, ProviderUnavailable
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.contracts.billing import (
    HOLD_PAYMENT,
    RELEASE_HOLD,
    HoldPayment,
    HoldResult,
    HoldStatus,
    InvoiceIssued,
    PaymentCompleted,
    PaymentFailed,
    ReleaseHold,
)
from backoffice.contracts.sessions import ChargingSessionCompleted, PriceLine
from backoffice.kit.database import Unit, driver_dsn
from backoffice.kit.service import Context, Parts
from backoffice.kit.testing import eventually
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import domain_events_of
from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId
from protocol.domain.money import Money
from tests.factories.places import HttpPlace, open_place

NOW = datetime.now(UTC)
GOOD, DECLINED, LATE_DECLINE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0341"
DEFAULT = TenantId("default")


def completed(
    session_id: str = "s1", *, total: str = "8.40", intent_id: str | None = None, driver: str | None = "driver-1"
) -> ChargingSessionCompleted:
    amount = Decimal(total)
    line = PriceLine("ENERGY", Decimal(20), "kWh", amount / 20, amount, Decimal(0), amount)
    return ChargingSessionCompleted(
        session_id=session_id,
        station_id=StationId("CP001"),
        evse=1,
        transaction_id=TransactionId("1"),
        driver_id=DriverId(driver) if driver else None,
        started_at=NOW - timedelta(hours=1),
        intent_id=intent_id,
        ended_at=NOW,
        energy_wh=Decimal(20_000),
        tariff_id="t",
        tariff_version=1,
        currency="EUR",
        lines=(line,),
        total_excl_vat=amount,
        total_incl_vat=amount,
        stopped_reason="Local",
    )


class CrashingProvider(SandboxProvider):
    """Takes the money, and dies before it says so: as a process that is killed in between."""

    crashes = 0

    async def capture(self, payment: str, amount: Money, *, key: str) -> ProviderPayment:
        taken = await super().capture(payment, amount, key=key)
        if CrashingProvider.crashes > 0:
            CrashingProvider.crashes -= 1
            raise ProviderUnavailable("sandbox", "died after it captured")
        return taken


class Bench:
    """A running billing service and shortcuts to it."""

    def __init__(self, place: HttpPlace, database_url: str) -> None:
        self.place = place
        self._dsn = driver_dsn(make_url(database_url))

    async def add_card(self, number: str = GOOD, driver: str = "driver-1") -> None:
        answer = await self.place.http.post(
            "/api/v1/billing/payment-methods",
            json={"card_number": number},
            headers=self.place.driver_headers(driver),
        )
        assert answer.status_code == 201, answer.text

    async def hold(self, amount: str = "50", intent: str = "i1") -> HoldResult:
        question = HoldPayment(DEFAULT, DriverId("driver-1"), intent, Decimal(amount), "EUR")
        return await self.place.bus.ask(HOLD_PAYMENT, question)

    async def complete(self, event: ChargingSessionCompleted) -> dict[str, Any]:
        """The receipt, once the invoice is no longer due."""
        await self.place.publish_domain(event, key=event.session_id)

        async def settled() -> dict[str, Any]:
            answer = await self.place.http.get(
                f"/api/v1/billing/receipts/{event.session_id}", headers=self.place.operator_headers()
            )
            body: dict[str, Any] = answer.json()
            return body if answer.status_code == 200 and body["invoice"]["state"] != "due" else {}

        return await eventually(settled)

    async def book(self) -> list[tuple[str, Decimal]]:
        """The provider's payments: state and captured amount."""
        connection = await asyncpg.connect(self._dsn)
        try:
            rows = await connection.fetch("SELECT state, captured_amount FROM billing.sandbox_payments ORDER BY id")
            return [(row["state"], row["captured_amount"]) for row in rows]
        finally:
            await connection.close()

    async def execute(self, statement: str) -> None:
        """As the databases' owner."""
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def texts_of(self, *tables: str) -> list[str]:
        """Every row of these tables as text."""
        connection = await asyncpg.connect(self._dsn)
        try:
            rows = [await connection.fetch(f"SELECT t::text FROM billing.{table} t") for table in tables]
            assert all(rows)
            return [row["t"] for found in rows for row in found]
        finally:
            await connection.close()

    async def said(self, session_id: str) -> list[PaymentCompleted | PaymentFailed]:
        subscription = await self.place.bus.jetstream.subscribe(
            domain_events_of(DEFAULT, key=session_id, service="billing"), ordered_consumer=True
        )
        issued = self.place.catalogue.decode(decode_envelope((await subscription.next_msg(timeout=5)).data))
        assert (type(issued), issued.session_id) == (InvoiceIssued, session_id)
        message = await subscription.next_msg(timeout=5)

        return [self.place.catalogue.decode(decode_envelope(message.data))]


@pytest_asyncio.fixture
async def bench(database_url: str, nats_url: str) -> AsyncIterator[Bench]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as place:
        yield Bench(place, database_url)


@asynccontextmanager
async def crashing_bench(database_url: str, nats_url: str, *, crashes: int) -> AsyncIterator[Bench]:
    CrashingProvider.crashes = crashes
    async with bench_with(CrashingProvider, database_url, nats_url) as bench:
        yield bench


@asynccontextmanager
async def bench_with(provider: type[SandboxProvider], database_url: str, nats_url: str) -> AsyncIterator[Bench]:
    def build(context: Context[Any]) -> Parts:
        return build_with(context, provider(context.database, clock=context.clock))

    async with open_place([replace(SERVICE, build=build)], database_url=database_url, nats_url=nats_url) as place:
        yield Bench(place, database_url)


async def test_held_amount_is_captured_in_part_and_the_session_is_paid(bench: Bench) -> None:
    await bench.add_card()
    held = await bench.hold("50")
    receipt = await bench.complete(completed(intent_id="i1"))

    assert held.status is HoldStatus.HELD
    assert receipt["invoice"]["state"] == "paid"
    assert [payment["amount"] for payment in receipt["payments"]] == ["8.40"]
    assert receipt["payments"][0]["card"] == "visa …4242"
    assert await bench.book() == [("succeeded", Decimal("8.40"))]
    (event,) = await bench.said("s1")
    assert isinstance(event, PaymentCompleted)
    assert event.amount == Decimal("8.40")


async def test_card_session_is_charged_at_its_end(bench: Bench) -> None:
    await bench.add_card()

    receipt = await bench.complete(completed())

    assert receipt["invoice"]["state"] == "paid"
    assert receipt["invoice"]["lines"][0]["dimension"] == "ENERGY"


async def test_time_to_a_receipt_is_that_of_the_first_attempt_whatever_comes_of_it(bench: Bench) -> None:
    names = ("business_receipts_due_total", "business_receipt_seconds_count", "business_receipt_seconds_sum")
    before = [REGISTRY.get_sample_value(name) or 0.0 for name in names]
    await bench.add_card(DECLINED)
    receipt = await bench.complete(completed())
    await bench.add_card(GOOD)
    url = f"/api/v1/billing/invoices/{receipt['invoice']['id']}/pay"
    await bench.place.http.post(url, headers=bench.place.driver_headers() | {"Idempotency-Key": "once-and-only"})
    paid = await bench.complete(completed())

    due, count, seconds = (
        (REGISTRY.get_sample_value(name) or 0.0) - earlier for name, earlier in zip(names, before, strict=True)
    )
    assert paid["invoice"]["state"] == "paid"
    assert (due, count) == (1, 1)
    assert 0 < seconds < 60


async def test_receipt_is_due_once_however_often_its_invoice_has_to_be_tried(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "business_receipts_due_total"
    before, failures, publish = REGISTRY.get_sample_value(name) or 0.0, [1, 2], Unit.publish

    async def publish_at_last(unit: Unit, event: Any, **words: Any) -> None:
        if isinstance(event, InvoiceIssued) and failures:
            raise RuntimeError(f"failure {failures.pop()}")
        await publish(unit, event, **words)

    monkeypatch.setattr(Unit, "publish", publish_at_last)
    await bench.add_card()
    receipt = await bench.complete(completed())

    assert (receipt["invoice"]["state"], failures) == ("paid", [])
    assert (REGISTRY.get_sample_value(name) or 0.0) - before == 1


@pytest.mark.parametrize(
    ("card", "reason"), [(DECLINED, "card_declined"), (LATE_DECLINE, "card_declined"), ("", "no_payment_method")]
)
async def test_declined_card_leaves_an_open_invoice(bench: Bench, card: str, reason: str) -> None:
    if card:
        await bench.add_card(card)

    receipt = await bench.complete(completed())

    assert (receipt["invoice"]["state"], receipt["invoice"]["reason"]) == ("open", reason)
    assert receipt["payments"] == []
    (event,) = await bench.said("s1")
    assert isinstance(event, PaymentFailed)
    assert event.open_amount == Decimal("8.40")


async def test_open_invoice_is_paid_by_another_card_once(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    receipt = await bench.complete(completed())
    await bench.add_card(GOOD)
    url = f"/api/v1/billing/invoices/{receipt['invoice']['id']}/pay"
    headers = bench.place.driver_headers() | {"Idempotency-Key": "once-and-only"}

    first = await bench.place.http.post(url, headers=headers)
    again = await bench.place.http.post(url, headers=headers)
    paid = await bench.complete(completed())

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert paid["invoice"]["state"] == "paid"
    assert sum(captured for _, captured in await bench.book()) == Decimal("8.40")


async def test_more_than_was_held_leaves_the_rest_open(bench: Bench) -> None:
    await bench.add_card()
    await bench.hold("5")

    receipt = await bench.complete(completed(intent_id="i1"))

    assert (receipt["invoice"]["state"], receipt["invoice"]["reason"]) == ("open", "hold_exceeded")
    assert Decimal(receipt["invoice"]["paid"]) == Decimal(5)


async def test_session_for_nothing_is_paid_and_its_hold_given_back(bench: Bench) -> None:
    await bench.add_card()
    await bench.hold()

    receipt = await bench.complete(completed(total="0", intent_id="i1"))

    assert receipt["invoice"]["state"] == "paid"
    assert await bench.book() == [("canceled", Decimal(0))]


async def test_session_is_billed_once_however_often_it_is_said(bench: Bench) -> None:
    await bench.add_card()
    for _ in range(3):
        receipt = await bench.complete(completed())

    assert receipt["invoice"]["number"] == 1
    assert await bench.book() == [("succeeded", Decimal("8.40"))]


@pytest.mark.parametrize("intent_id", ["i1", None])
async def test_crash_after_the_provider_took_the_money_bills_once(
    database_url: str, nats_url: str, intent_id: str | None
) -> None:
    async with crashing_bench(database_url, nats_url, crashes=2) as bench:
        await bench.add_card()
        if intent_id:
            await bench.hold()
        receipt = await bench.complete(completed(intent_id=intent_id))

        assert receipt["invoice"]["state"] == "paid"
        assert len(receipt["payments"]) == 1
        assert await bench.book() == [("succeeded", Decimal("8.40"))]


async def test_release_amid_a_capture_takes_the_money_once(database_url: str, nats_url: str) -> None:
    async with crashing_bench(database_url, nats_url, crashes=1_000) as bench:
        await bench.add_card()
        await bench.hold()
        await bench.place.publish_domain(completed(intent_id="i1"), key="s1")

        async def captured() -> bool:
            return await bench.book() == [("succeeded", Decimal("8.40"))]

        await eventually(captured)
        released = await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "i1"))
        CrashingProvider.crashes = 0
        receipt = await bench.complete(completed(intent_id="i1"))

        assert not released.is_released
        assert receipt["invoice"]["state"] == "paid"
        assert await bench.book() == [("succeeded", Decimal("8.40"))]


async def test_card_added_after_a_crash_is_not_named_as_the_one_that_paid(database_url: str, nats_url: str) -> None:
    async with crashing_bench(database_url, nats_url, crashes=1_000) as bench:
        await bench.add_card()
        await bench.place.publish_domain(completed(), key="s1")

        async def captured() -> bool:
            return await bench.book() == [("succeeded", Decimal("8.40"))]

        await eventually(captured)
        await bench.add_card("5555 5555 5555 4444")
        CrashingProvider.crashes = 0
        receipt = await bench.complete(completed())

        assert [payment["card"] for payment in receipt["payments"]] == ["visa …4242"]


class BrokenProvider(SandboxProvider):
    """Fails, in a way that nobody foresaw, wherever money of one card is moved."""

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        if key.startswith("charge:broken"):
            raise KeyError("an answer without a state")
        return await super().authorise(card, amount, key=key)

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        if key == "cancel:broken":
            raise ProviderUnavailable("sandbox", "no answer")
        return await super().cancel(payment, key=key)


async def test_invoice_and_hold_that_fail_do_not_hold_up_the_others(database_url: str, nats_url: str) -> None:
    async with bench_with(BrokenProvider, database_url, nats_url) as bench:
        await bench.add_card()
        for intent in ("broken", "i1"):
            await bench.hold(intent=intent)
            await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, intent))
        await bench.place.publish_domain(completed("broken"), key="broken")
        receipt = await bench.complete(completed("s1"))

        async def given_back() -> bool:
            return [state for state, _ in await bench.book()].count("canceled") == 1

        await eventually(given_back)
        assert receipt["invoice"]["state"] == "paid"


async def test_hold_is_asked_once_for_an_intent_and_released(bench: Bench) -> None:
    await bench.add_card()
    first, again = await bench.hold(), await bench.hold()
    released = await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "i1"))
    twice = await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "i1"))
    unknown = await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "nobody"))

    async def given_back() -> bool:
        return await bench.book() == [("canceled", Decimal(0))]

    await eventually(given_back)
    assert first == again
    assert (released.is_released, twice.is_released, unknown.is_released) == (True, False, False)


async def test_start_that_comes_after_its_release_is_charged_directly(bench: Bench) -> None:
    await bench.add_card()
    await bench.hold()
    await bench.place.bus.ask(RELEASE_HOLD, ReleaseHold(DEFAULT, "i1"))

    receipt = await bench.complete(completed(intent_id="i1"))

    assert receipt["invoice"]["state"] == "paid"


@pytest.mark.parametrize(("card", "status"), [(DECLINED, HoldStatus.DECLINED), ("", HoldStatus.NO_PAYMENT_METHOD)])
async def test_hold_without_a_card_that_pays_is_refused(bench: Bench, card: str, status: HoldStatus) -> None:
    if card:
        await bench.add_card(card)

    assert (await bench.hold()).status is status


async def test_invoices_are_numbered_without_gaps_within_a_tenant(bench: Bench) -> None:
    await bench.add_card()
    numbers = [(await bench.complete(completed(f"s{index}")))["invoice"]["number"] for index in range(3)]

    assert numbers == [1, 2, 3]


async def test_drivers_see_their_own_and_operators_their_tenants(bench: Bench) -> None:
    await bench.add_card()
    receipt = await bench.complete(completed())
    invoice = f"/api/v1/billing/invoices/{receipt['invoice']['id']}"
    get, place = bench.place.http.get, bench.place

    assert (await get(invoice, headers=place.driver_headers())).status_code == 200
    assert (await get(invoice, headers=place.driver_headers("driver-2"))).status_code == 404
    assert (await get(invoice, headers=place.operator_headers(tenant=TenantId("other")))).status_code == 404
    listed = await get("/api/v1/billing/invoices", headers=place.driver_headers("driver-2"))
    assert listed.json()["items"] == []
    operators = await get("/api/v1/billing/invoices", params={"state": "paid"}, headers=place.operator_headers())
    assert len(operators.json()["items"]) == 1


async def test_operators_see_every_payment_page_by_page(bench: Bench) -> None:
    await bench.add_card()
    receipts = [await bench.complete(completed(f"s{index}")) for index in range(2)]
    get, place = bench.place.http.get, bench.place
    url, operator = "/api/v1/billing/payments", bench.place.operator_headers()

    first = (await get(url, params={"limit": 1}, headers=operator)).json()
    second = (await get(url, params={"limit": 1, "cursor": first["next_cursor"]}, headers=operator)).json()

    items = [*second["items"], *first["items"]]
    assert [item["session_id"] for item in items] == ["s0", "s1"]
    assert [item["invoice_id"] for item in items] == [receipt["invoice"]["id"] for receipt in receipts]
    assert {(item["amount"], item["currency"], item["card"]) for item in items} == {("8.40", "EUR", "visa …4242")}
    assert len({item["reference"] for item in items}) == 2
    assert second["next_cursor"] is None
    assert (await get(url, headers=place.operator_headers(tenant=TenantId("other")))).json()["items"] == []
    assert (await get(url, headers=place.driver_headers())).status_code == 403


@pytest.mark.parametrize(("bounds", "count"), [(("from", 2), 1), (("from", 0), 0), (("to", 0), 1), (("to", 2), 0)])
async def test_invoices_and_payments_are_found_by_when_the_session_began(
    bench: Bench, bounds: tuple[str, int], count: int
) -> None:
    await bench.add_card()
    await bench.complete(completed())
    name, hours_ago = bounds
    params = {name: (NOW - timedelta(hours=hours_ago)).isoformat()}

    for what in ("invoices", "payments"):
        answer = await bench.place.http.get(
            f"/api/v1/billing/{what}", params=params, headers=bench.place.operator_headers()
        )
        assert len(answer.json()["items"]) == count


async def test_number_of_a_card_is_kept_nowhere(bench: Bench) -> None:
    await bench.add_card("4242 4242 4242 4242")
    await bench.hold()

    texts = await bench.texts_of("payment_methods", "holds", "sandbox_payments")

    assert not [text for text in texts if "4242424242424242" in text]


@pytest.mark.parametrize("number", ["4242 4242 4242 4241", "abcdefghijklm"])
async def test_what_is_no_card_is_refused(bench: Bench, number: str) -> None:
    answer = await bench.place.http.post(
        "/api/v1/billing/payment-methods", json={"card_number": number}, headers=bench.place.driver_headers()
    )

    assert answer.status_code == 422
    assert "4242" in answer.json()["detail"]


def test_tables_end_where_they_should() -> None:
    assert {state for state in HoldState if HOLD.is_terminal(state)} == {
        HoldState.DECLINED,
        HoldState.RELEASED,
        HoldState.CAPTURED,
    }
    assert {state for state in InvoiceState if INVOICE.is_terminal(state)} == {
        InvoiceState.PAID,
        InvoiceState.CREDITED,
        InvoiceState.WRITTEN_OFF,
    }


@pytest.mark.parametrize(
    ("paid", "collected", "trigger", "left"),
    [
        ("0", "10", InvoiceTrigger.COLLECTED, "0"),
        ("4", "5", InvoiceTrigger.FAILED, "1"),
        ("0", "0", InvoiceTrigger.FAILED, "10"),
    ],
)
def test_what_is_missing_stays_open(paid: str, collected: str, trigger: InvoiceTrigger, left: str) -> None:
    amount = Collected(Money(Decimal(collected), "EUR"))

    assert outcome_of(Money(Decimal(10), "EUR"), Decimal(paid), amount) == (trigger, Money(Decimal(left), "EUR"))


@pytest.mark.slow
async def test_anybody_learns_who_takes_the_cards(bench: Bench) -> None:
    answer = await bench.place.http.get("/api/v1/billing/payment-provider")

    assert answer.json() == {"name": "sandbox"}
