"""Credit notes and refunds: never more than was paid, once, and where the money came from."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from backoffice.billing.domain import REFUND, RefundState
from backoffice.billing.providers.port import ProviderRefund, ProviderRefundState, ProviderUnavailable
from backoffice.billing.providers.sandbox import SandboxProvider
from backoffice.contracts.sessions import PriceLine, SessionCredited
from backoffice.kit.testing import eventually
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money
from tests.backoffice.billing.test_billing import DECLINED, Bench, bench as bench, bench_with, completed
from tests.backoffice.billing.test_ledger import balances
from tests.backoffice.billing.test_prepaid import complete as complete_prepaid, credit as prepaid_credit, top_up
from tests.backoffice.billing.test_settlements import become, complete as complete_anonymous, settle, settled

pytestmark = pytest.mark.slow

LINES = (
    PriceLine("ENERGY", Decimal(10), "kWh", Decimal("0.5"), Decimal(5), Decimal(19), Decimal("5.95"), 0),
    PriceLine("PARKING_TIME", Decimal(1), "h", Decimal(2), Decimal(2), Decimal(7), Decimal("2.14"), 1),
)


def session(session_id: str = "s1", **fields: Any) -> Any:
    """A session of two rates: 7.00 without VAT, 8.09 with it."""
    event = completed(session_id, **fields)
    return msgspec.structs.replace(event, lines=LINES, total_excl_vat=Decimal("7.00"), total_incl_vat=Decimal("8.09"))


def credited(session_id: str = "s1", credit_id: str = "c1") -> SessionCredited:
    event = session(session_id)
    return SessionCredited(
        session_id=session_id,
        station_id=event.station_id,
        evse=1,
        transaction_id=event.transaction_id,
        driver_id=event.driver_id,
        started_at=event.started_at,
        credit_id=credit_id,
        reason="the meter was wrong",
        currency="EUR",
        lines=LINES,
        total_excl_vat=Decimal("7.00"),
        total_incl_vat=Decimal("8.09"),
    )


async def refund(bench: Bench, invoice: str, amount: str | None = None, *, key: str = "", **headers: Any) -> Any:
    body = {"reason": "goodwill"} | ({"amount": amount} if amount else {})
    return await bench.place.http.post(
        f"/api/v1/billing/invoices/{invoice}/refunds",
        json=body,
        headers=(headers or bench.place.operator_headers()) | {"Idempotency-Key": key or uuid.uuid4().hex},
    )


async def get(bench: Bench, path: str) -> Any:
    answer = await bench.place.http.get(f"/api/v1/billing/{path}", headers=bench.place.operator_headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refunds_in(bench: Bench, state: str, count: int = 1) -> list[dict[str, Any]]:
    async def found() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await get(bench, f"refunds?state={state}"))["items"]
        return items if len(items) == count else []

    return await eventually(found, what=f"{count} refunds that are {state}")


async def paid_invoice(bench: Bench) -> str:
    await bench.add_card()
    receipt = await bench.complete(session())
    assert receipt["invoice"]["state"] == "paid"
    return str(receipt["invoice"]["id"])


async def went_back(bench: Bench) -> list[tuple[Decimal, str]]:
    texts = await bench.texts_of("sandbox_refunds")
    return [(Decimal(text.split(",")[2]), text.split(",")[3]) for text in texts]


async def test_part_goes_back_with_a_credit_note_by_rate(bench: Bench) -> None:
    invoice = await paid_invoice(bench)

    note = (await refund(bench, invoice, "4.00")).json()
    await refunds_in(bench, "done")

    assert (note["number"], note["total_incl_vat"], note["issued_by"]) == (1, "4.00", "operator-1")
    assert sum(Decimal(one["amount_incl_vat"]) for one in note["vat"]) == 4
    assert {Decimal(one["vat_percent"]) for one in note["vat"]} == {19, 7}
    after = await get(bench, f"invoices/{invoice}")
    assert (after["state"], after["credited"], after["refunded"], after["paid"]) == ("paid", "4.00", "4.00", "8.09")
    assert await went_back(bench) == [(Decimal("4.00"), "succeeded")]
    booked = await balances(bench)
    assert booked["cash:sandbox"] == Decimal("4.09")
    assert booked["receivable:driver-1"] == 0


async def test_parts_are_together_the_whole_and_the_ledger_is_level(bench: Bench) -> None:
    invoice = await paid_invoice(bench)

    for amount in ("0.01", "3.33", "1.00", None):
        assert (await refund(bench, invoice, amount)).status_code == 201
    await refunds_in(bench, "done", 4)
    over = await refund(bench, invoice, "0.01")

    assert over.status_code == 409
    assert set((await balances(bench)).values()) == {Decimal(0)}
    numbers = [note["number"] for note in (await get(bench, "credit-notes"))["items"]]
    assert sorted(numbers) == [1, 2, 3, 4]


@pytest.mark.parametrize(("amount", "status"), [("8.10", 409), ("0.001", 409), ("-1", 422), ("0", 422)])
async def test_more_than_was_paid_or_no_amount_at_all_is_refused(bench: Bench, amount: str, status: int) -> None:
    invoice = await paid_invoice(bench)

    assert (await refund(bench, invoice, amount)).status_code == status
    assert (await get(bench, "credit-notes"))["items"] == []


async def test_refunds_at_once_never_exceed_what_was_paid(bench: Bench) -> None:
    invoice = await paid_invoice(bench)

    answers = await asyncio.gather(*(refund(bench, invoice, "3.00") for _ in range(8)))
    await refunds_in(bench, "done", 2)

    assert sorted(answer.status_code for answer in answers) == [201, 201, *[409] * 6]
    assert sum(amount for amount, _ in await went_back(bench)) == 6
    notes = (await get(bench, "credit-notes"))["items"]
    assert sorted(note["number"] for note in notes) == [1, 2]


async def test_repeated_request_is_one_refund(bench: Bench) -> None:
    invoice = await paid_invoice(bench)

    answers = await asyncio.gather(*(refund(bench, invoice, "3.00", key="the-same-key") for _ in range(4)))
    other = await refund(bench, invoice, "2.00", key="the-same-key")
    await refunds_in(bench, "done")

    assert len({answer.text for answer in answers}) == 1
    assert other.status_code == 422
    assert await went_back(bench) == [(Decimal("3.00"), "succeeded")]


async def test_drivers_do_not_refund_and_see_their_own_credit_notes(bench: Bench) -> None:
    invoice = await paid_invoice(bench)
    place = bench.place

    refused = await refund(bench, invoice, "1.00", **place.driver_headers())
    note = (await refund(bench, invoice, "1.00")).json()
    path = f"/api/v1/billing/credit-notes/{note['id']}"
    own = await place.http.get(path, headers=place.driver_headers())
    others = await place.http.get(path, headers=place.driver_headers("driver-2"))
    elsewhere = await place.http.get(path, headers=place.operator_headers(tenant=TenantId("other")))

    assert (refused.status_code, own.status_code, others.status_code, elsewhere.status_code) == (403, 200, 404, 404)


async def credit_note_of(bench: Bench) -> dict[str, Any]:
    async def found() -> Any:
        return (await get(bench, "credit-notes"))["items"]

    (note,) = await eventually(found, what="a credit note")
    return dict(note)


@pytest.mark.parametrize("first", ["session", "credit"])
async def test_credited_session_is_paid_back_whichever_comes_first(bench: Bench, first: str) -> None:
    await bench.add_card()
    events = [session(), credited()] if first == "session" else [credited(), session()]
    for event in [*events, credited()]:
        await bench.place.publish_domain(event, key="s1")

    note = await credit_note_of(bench)
    await refunds_in(bench, "done")

    assert (note["total_incl_vat"], note["issued_by"], note["reason"]) == ("8.09", "sessions", "the meter was wrong")
    assert [amount for amount, _ in await went_back(bench)] == [Decimal("8.09")]
    assert set((await balances(bench)).values()) == {Decimal(0)}


async def test_credited_session_that_nobody_paid_is_owed_no_more(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    receipt = await bench.complete(session())
    assert receipt["invoice"]["state"] == "open"

    await bench.place.publish_domain(credited(), key="s1")
    await credit_note_of(bench)

    after = await get(bench, f"invoices/{receipt['invoice']['id']}")
    retried = await bench.place.http.post(
        f"/api/v1/billing/invoices/{after['id']}/pay",
        headers=bench.place.driver_headers() | {"Idempotency-Key": "pay-it-again"},
    )
    assert (after["state"], after["refunded"]) == ("credited", "0.00")
    assert retried.status_code == 409
    assert (await get(bench, "refunds"))["items"] == []
    assert set((await balances(bench)).values()) == {Decimal(0)}


async def test_session_credited_after_a_part_went_back_pays_back_the_rest(bench: Bench) -> None:
    invoice = await paid_invoice(bench)
    await refund(bench, invoice, "3.00")

    await bench.place.publish_domain(credited(), key="s1")
    await refunds_in(bench, "done", 2)

    assert sum(amount for amount, _ in await went_back(bench)) == Decimal("8.09")
    assert set((await balances(bench)).values()) == {Decimal(0)}


async def test_session_credited_amid_refunds_pays_back_what_was_paid_and_no_more(bench: Bench) -> None:
    invoice = await paid_invoice(bench)

    await asyncio.gather(
        bench.place.publish_domain(credited(), key="s1"), *(refund(bench, invoice, "1.00") for _ in range(6))
    )

    async def all_back() -> bool:
        refunds = (await get(bench, "refunds"))["items"]
        return sum(Decimal(one["amount"]) for one in refunds if one["state"] == "done") == Decimal("8.09")

    await eventually(all_back)
    assert sum(amount for amount, _ in await went_back(bench)) == Decimal("8.09")
    assert set((await balances(bench)).values()) == {Decimal(0)}


async def test_prepaid_money_goes_back_to_its_card_at_once(bench: Bench) -> None:
    await top_up(bench, "20")
    await complete_prepaid(bench, 1, "8.40")
    receipt = await become(bench, 1, "paid", "8.40")

    await refund(bench, receipt["invoice"]["id"], "2.40")

    assert await prepaid_credit(bench) == 14
    assert [one["state"] for one in (await get(bench, "refunds"))["items"]] == ["done"]
    assert (await balances(bench))["prepaid:card-1"] == -14


async def test_what_a_terminal_took_is_paid_back_by_hand_once(bench: Bench) -> None:
    await complete_anonymous(bench, 2)
    await settle(bench, settled(2, SettlementStatus.SETTLED))
    receipt = await become(bench, 2, "paid", "8.40")
    await refund(bench, receipt["invoice"]["id"])
    (waiting,) = await refunds_in(bench, "by_hand")

    async def pay() -> Any:
        return await bench.place.http.post(
            f"/api/v1/billing/refunds/{waiting['id']}/paid-by-hand",
            json={"note": "by bank"},
            headers=bench.place.operator_headers(),
        )

    owed = await balances(bench)
    first, again = await pay(), await pay()

    assert owed["receivable:anonymous"] == Decimal("-8.40")
    assert (first.status_code, first.json()["state"], again.status_code) == (200, "done", 409)
    assert (await balances(bench))["cash:till"] == Decimal("-8.40")


class Unsure(SandboxProvider):
    """Pays back and dies before it says so; or promises first; or refuses."""

    crashes = 0
    promises = False
    refuses = False

    async def refund(self, payment: str, amount: Money, *, key: str) -> ProviderRefund:
        if Unsure.refuses:
            return ProviderRefund("", ProviderRefundState.FAILED, "card_closed")
        made = await super().refund(payment, amount, key=key)
        if Unsure.crashes:
            Unsure.crashes -= 1
            raise ProviderUnavailable("sandbox", "died after it paid back")
        return ProviderRefund(made.reference, ProviderRefundState.PENDING) if Unsure.promises else made


@pytest_asyncio.fixture
async def unsure(database_url: str, nats_url: str) -> AsyncIterator[Bench]:
    Unsure.crashes, Unsure.promises, Unsure.refuses = 0, False, False
    async with bench_with(Unsure, database_url, nats_url) as bench:
        yield bench


async def test_crash_after_the_provider_paid_back_pays_back_once(unsure: Bench) -> None:
    invoice = await paid_invoice(unsure)
    Unsure.crashes = 2

    await refund(unsure, invoice, "3.00")
    await refunds_in(unsure, "done")

    assert Unsure.crashes == 0
    assert await went_back(unsure) == [(Decimal("3.00"), "succeeded")]


async def test_what_is_promised_is_booked_when_it_has_happened(unsure: Bench) -> None:
    invoice = await paid_invoice(unsure)
    Unsure.promises = True
    await refund(unsure, invoice, "3.00")
    await refunds_in(unsure, "pending")
    promised = await balances(unsure)

    unsure.place.clock.advance(timedelta(hours=2))
    await refunds_in(unsure, "done")

    assert promised["cash:sandbox"] == Decimal("8.09")
    assert (await balances(unsure))["cash:sandbox"] == Decimal("5.09")


async def test_what_the_provider_refuses_is_for_an_operator_and_is_still_owed(unsure: Bench) -> None:
    invoice = await paid_invoice(unsure)
    Unsure.refuses = True

    await refund(unsure, invoice, "3.00")
    (failed,) = await refunds_in(unsure, "failed")

    assert failed["detail"] == "card_closed"
    assert (await balances(unsure))["receivable:driver-1"] == -3
    assert (await refund(unsure, invoice, "6.00")).status_code == 409


def test_refunds_end_where_they_should() -> None:
    assert not any(REFUND.is_terminal(state) for state in RefundState)
