"""Drivers who pay by card, on account or not at all; open invoices that are tried again by themselves."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.billing import statements
from backoffice.billing.domain import LONGEST_WAIT, RETRY_AFTER, next_retry, wait_after_silence
from backoffice.billing.statements import CLOSED_AFTER, bounds_of, month_before, month_of, over_until
from backoffice.contracts.billing import HoldStatus, PaymentCompleted
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import TenantId
from tests.backoffice.billing.test_billing import DECLINED, GOOD, NOW, Bench, bench as bench, completed
from tests.backoffice.billing.test_credits import credited, get, refund, refunds_in, session
from tests.backoffice.billing.test_ledger import balances

pytestmark = pytest.mark.slow

MONTH = month_of(NOW)


async def set_payer(bench: Bench, kind: str, driver: str = "driver-1", **more: Any) -> Any:
    answer = await bench.place.http.put(
        f"/api/v1/billing/payers/{driver}", json={"kind": kind} | more, headers=bench.place.operator_headers()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def bill(bench: Bench, *events: Any) -> None:
    """Their invoices are there."""
    before = len((await get(bench, "invoices"))["items"])
    for event in events:
        await bench.place.publish_domain(event, key=event.session_id)

    async def billed() -> bool:
        return len((await get(bench, "invoices"))["items"]) == before + len({one.session_id for one in events})

    await eventually(billed, what="the invoices")


async def end_month(bench: Bench) -> list[dict[str, Any]]:
    """It is the next month's first morning, and there are statements."""
    _, end = bounds_of(MONTH)
    bench.place.clock.advance(end + CLOSED_AFTER + timedelta(minutes=1) - bench.place.clock())

    async def stated() -> list[dict[str, Any]]:
        return list((await get(bench, "statements"))["items"])

    return await eventually(stated, what="a statement")


async def test_month_on_account_is_one_statement_and_is_paid_whole(bench: Bench) -> None:
    await set_payer(bench, "account")
    await bench.add_card()
    await bill(bench, session("s1"), session("s2"))
    (statement,) = await end_month(bench)

    invoices = (await get(bench, "invoices"))["items"]
    assert {(one["state"], one["payer_kind"]) for one in invoices} == {("on_account", "account")}
    assert (statement["number"], statement["month"], statement["total_incl_vat"]) == (1, MONTH, "16.18")
    assert await bench.book() == []
    owed = await balances(bench)
    assert owed["receivable:driver-1"] == Decimal("16.18")

    path, headers = f"/api/v1/billing/statements/{statement['id']}/paid", bench.place.headers_of(Role.FINANCE)
    paid, again = [await bench.place.http.post(path, headers=headers) for _ in range(2)]

    assert (paid.status_code, again.status_code) == (200, 409)
    assert {one["state"] for one in (await get(bench, "invoices"))["items"]} == {"paid"}
    assert (await balances(bench))["cash:bank"] == Decimal("16.18")
    (event,) = await bench.said("s1")
    assert isinstance(event, PaymentCompleted)
    assert event.amount == Decimal("8.09")


async def test_credits_make_a_statement_less_and_what_comes_later_waits(bench: Bench) -> None:
    await set_payer(bench, "account")
    await bill(bench, session("s1"), session("s2"))
    await bench.place.publish_domain(credited("s2"), key="s2")
    await eventually(lambda: has_state(bench, "s2", "credited"))
    (statement,) = await end_month(bench)
    await bill(bench, session("late"))

    path = f"/api/v1/billing/statements/{statement['id']}/paid"
    await bench.place.http.post(path, headers=bench.place.headers_of(Role.FINANCE))

    assert (await balances(bench))["cash:bank"] == Decimal("8.09")
    states = {one["session_id"]: one["state"] for one in (await get(bench, "invoices"))["items"]}
    assert states == {"s1": "paid", "s2": "credited", "late": "on_account"}


async def has_state(bench: Bench, session_id: str, state: str) -> bool:
    return bool((await state_of(bench, session_id))["state"] == state)


async def test_paid_statement_is_refunded_by_hand(bench: Bench) -> None:
    await set_payer(bench, "account")
    await bill(bench, session("s1"))
    (statement,) = await end_month(bench)
    (invoice,) = (await get(bench, "invoices"))["items"]
    headers = bench.place.headers_of(Role.FINANCE)
    await bench.place.http.post(f"/api/v1/billing/statements/{statement['id']}/paid", headers=headers)

    assert (await refund(bench, invoice["id"], "2.00")).status_code == 201
    assert [one["amount"] for one in await refunds_in(bench, "by_hand")] == ["2.00"]


async def test_drivers_on_account_and_free_ones_start_without_a_card(bench: Bench) -> None:
    without = await bench.hold(intent="i0")
    await set_payer(bench, "account")
    account = await bench.hold(intent="i1")
    await set_payer(bench, "free")
    free = await bench.hold(intent="i2")

    assert without.status is HoldStatus.NO_PAYMENT_METHOD
    assert (account.status, free.status) == (HoldStatus.HELD, HoldStatus.HELD)


async def test_what_is_held_on_a_card_is_taken_from_it_though_the_driver_is_on_account_now(bench: Bench) -> None:
    await bench.add_card()
    await bench.hold("50")
    await set_payer(bench, "account")

    receipt = await bench.complete(completed(intent_id="i1"))

    assert (receipt["invoice"]["state"], receipt["invoice"]["payer_kind"]) == ("paid", "card")
    assert await bench.book() == [("succeeded", Decimal("8.40"))]


async def test_free_driver_is_billed_and_given_all_of_it(bench: Bench) -> None:
    await bench.add_card()
    await set_payer(bench, "free")

    receipt = await bench.complete(session())

    invoice = receipt["invoice"]
    discounts = [one for one in invoice["lines"] if one["dimension"] == "DISCOUNT"]
    assert (invoice["state"], Decimal(invoice["total_incl_vat"]), invoice["payer_kind"]) == ("paid", 0, "free")
    assert {one["vat_percent"]: one["amount_incl_vat"] for one in discounts} == {"19": "-5.95", "7": "-2.14"}
    assert await bench.book() == []
    assert await balances(bench) == {}


async def test_only_operators_say_how_their_own_drivers_pay(bench: Bench) -> None:
    path, body = "/api/v1/billing/payers/driver-1", {"kind": "free"}
    place = bench.place

    as_driver = await place.http.put(path, json=body, headers=place.driver_headers())
    await place.http.put(path, json=body, headers=place.operator_headers(tenant=TenantId("other")))

    assert as_driver.status_code == 403
    assert (await get(bench, "payers/driver-1"))["kind"] == "card"


async def state_of(bench: Bench, session_id: str) -> dict[str, Any]:
    return dict((await get(bench, f"receipts/{session_id}"))["invoice"])


async def test_open_invoice_is_tried_again_on_its_schedule_and_then_no_more(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    await bench.complete(completed())

    waits = []
    for attempt in itertools.count(2):
        invoice = await state_of(bench, "s1")
        if invoice["retry_at"] is None:
            break
        waits.append(datetime.fromisoformat(invoice["retry_at"]) - bench.place.clock())
        bench.place.clock.advance(waits[-1] + timedelta(seconds=1))
        await eventually(lambda: attempted(bench, attempt), what=f"attempt {attempt}")  # noqa: B023 - awaited at once

    assert [round(one / timedelta(hours=1)) for one in waits] == [1, 24, 72, 168]
    assert (await state_of(bench, "s1"))["state"] == "open"


async def attempted(bench: Bench, attempt: int) -> bool:
    invoice = await state_of(bench, "s1")
    return len(await bench.book()) == attempt and invoice["state"] == "open"


async def test_retry_by_itself_takes_the_card_that_pays_now(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    await bench.complete(completed())
    await bench.add_card(GOOD)

    bench.place.clock.advance(timedelta(hours=1, seconds=1))

    async def paid() -> bool:
        invoice = await state_of(bench, "s1")
        return invoice["state"] == "paid" and invoice["retry_at"] is None

    await eventually(paid)


def test_month_is_over_once_its_last_sessions_had_their_time() -> None:
    begin, end = bounds_of("2026-02")

    assert over_until(end + CLOSED_AFTER - timedelta(microseconds=1)) == begin
    assert over_until(end + CLOSED_AFTER) == end


def test_schedule_of_retries_ends() -> None:
    now = datetime.now(UTC)

    assert [next_retry(retries, now=now) for retries in range(5)] == [*(now + after for after in RETRY_AFTER), None]


@pytest.mark.parametrize(("month", "before"), [("2026-01", "2025-12"), ("2026-12", "2026-11"), ("2024-03", "2024-02")])
def test_months_have_bounds_and_one_before(month: str, before: str) -> None:
    begin, end = bounds_of(month)

    assert month_before(begin) == before
    assert bounds_of(before)[1] == begin
    assert month_of(begin) == month == month_of(end - timedelta(microseconds=1)) != month_of(end)


def test_silent_provider_is_asked_less_and_less_often() -> None:
    waits = [wait_after_silence(silences) for silences in range(1, 30)]

    assert waits[:3] == [timedelta(seconds=0.25), timedelta(seconds=0.5), timedelta(seconds=1)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


async def write_off(bench: Bench, invoice_id: str, headers: dict[str, str] | None = None) -> Any:
    return await bench.place.http.post(
        f"/api/v1/billing/invoices/{invoice_id}/write-off",
        json={"reason": "moved away"},
        headers=headers or bench.place.headers_of(Role.FINANCE),
    )


async def test_what_nobody_will_pay_is_written_off_once_and_not_tried_again(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    invoice = (await bench.complete(completed()))["invoice"]

    as_driver = await write_off(bench, invoice["id"], bench.place.driver_headers())
    first, again = [await write_off(bench, invoice["id"]) for _ in range(2)]
    await bench.add_card(GOOD)
    bench.place.clock.advance(timedelta(days=30))
    (totals,) = (await get(bench, f"drivers/driver-1/months/{MONTH}"))["totals"]

    assert (as_driver.status_code, first.status_code, again.status_code) == (403, 200, 409)
    assert (first.json()["state"], first.json()["reason"], first.json()["retry_at"]) == (
        "written_off",
        "moved away",
        None,
    )
    assert (await balances(bench))["write-off"] == Decimal("8.40")
    assert (totals["written_off"], Decimal(totals["owed_after"])) == ("8.40", 0)


async def test_card_of_another_provider_is_not_asked(bench: Bench) -> None:
    await bench.add_card()
    await bench.execute("UPDATE billing.payment_methods SET provider = 'stripe'")

    held = await bench.hold()
    receipt = await bench.complete(completed())

    assert held.status is HoldStatus.NO_PAYMENT_METHOD
    assert (receipt["invoice"]["state"], receipt["invoice"]["reason"]) == ("open", "no_payment_method")


async def test_payment_of_another_provider_is_paid_back_by_hand(bench: Bench) -> None:
    await bench.add_card()
    invoice = (await bench.complete(completed()))["invoice"]
    await bench.execute("UPDATE billing.payment_methods SET provider = 'stripe'")

    await refund(bench, invoice["id"], "2.00")

    assert [one["detail"] for one in await refunds_in(bench, "failed")] == ["other_provider"]


async def test_driver_whose_month_is_closed_starves_no_other(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_STATEMENTS_AT_ONCE", 1)
    for driver in ("driver-1", "driver-2"):
        await set_payer(bench, "account", driver=driver)
    await bill(bench, completed("s1"))
    await end_month(bench)
    await bill(bench, completed("too-late"))
    await bill(bench, completed("s2", driver="driver-2"))

    async def stated() -> bool:
        return {one["driver_id"] for one in (await get(bench, "statements"))["items"]} == {"driver-1", "driver-2"}

    await eventually(stated, what="the other driver's statement")
