"""What terminals took above what was due, or when nothing was: in the books, and back by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.kit.auth import Role
from protocol.blocks.payment.messages import SettlementStatus
from tests.backoffice.billing.test_billing import Bench, bench as bench
from tests.backoffice.billing.test_credits import get, refunds_in
from tests.backoffice.billing.test_ledger import balances, entries
from tests.backoffice.billing.test_settlements import CP001, become, complete, settle, settled, settlements

pytestmark = pytest.mark.slow


async def pay_back(bench: Bench, refund: dict[str, Any]) -> None:
    answer = await bench.place.http.post(
        f"/api/v1/billing/refunds/{refund['id']}/paid-by-hand",
        json={"note": "by bank"},
        headers=bench.place.operator_headers(),
    )
    assert answer.status_code == 200, answer.text


async def test_what_a_terminal_took_above_what_was_due_is_booked_and_goes_back_by_hand(bench: Bench) -> None:
    await settle(bench, settled(1, SettlementStatus.SETTLED, "20.00"))
    await complete(bench, 1)

    receipt = await become(bench, 1, "paid", "20.00")
    (surplus,) = await refunds_in(bench, "by_hand")
    owed_to_them = (await balances(bench))["receivable:anonymous"]
    await pay_back(bench, surplus)

    assert [one["amount"] for one in receipt["payments"]] == ["20.00"]
    assert (surplus["amount"], surplus["credit_note_id"], surplus["detail"]) == ("11.60", None, "more_than_was_due")
    assert owed_to_them == Decimal("-11.60")
    after = await balances(bench)
    assert (after["cash:terminal"], after["cash:till"]) == (Decimal(20), Decimal("-11.60"))
    assert after.get("receivable:anonymous", Decimal(0)) == 0


@pytest.mark.parametrize("first", ["8.40", "20.00"])
async def test_second_settlement_after_an_invoice_is_paid_goes_back_whole(bench: Bench, first: str) -> None:
    await complete(bench, 1)
    await settle(bench, settled(1, SettlementStatus.SETTLED, first))
    await become(bench, 1, "paid", first)
    before = {one["id"] for one in (await get(bench, "refunds"))["items"]}
    await settle(bench, settled(1, SettlementStatus.SETTLED, "8.40", reference="psp-second"))

    refunds = await refunds_in(bench, "by_hand", len(before) + 1)

    (second,) = [one for one in refunds if one["id"] not in before]
    assert second["amount"] == "8.40"
    assert (await balances(bench))["cash:terminal"] == Decimal(first) + Decimal("8.40")


async def test_settlement_after_a_write_off_is_booked_and_goes_back_whole(bench: Bench) -> None:
    await complete(bench, 1)
    invoice = (await become(bench, 1, "open", "0.00"))["invoice"]
    answer = await bench.place.http.post(
        f"/api/v1/billing/invoices/{invoice['id']}/write-off",
        json={"reason": "moved away"},
        headers=bench.place.headers_of(Role.FINANCE),
    )
    assert answer.status_code == 200, answer.text
    await settle(bench, settled(1, SettlementStatus.SETTLED))

    receipt = await become(bench, 1, "written_off", "8.40")
    (back,) = await refunds_in(bench, "by_hand")

    assert len(receipt["payments"]) == 1
    assert back["amount"] == "8.40"
    after = await balances(bench)
    assert (after["cash:terminal"], after["receivable:anonymous"]) == (Decimal("8.40"), Decimal("-8.40"))


async def test_settlement_is_booked_when_we_heard_of_it_whatever_the_station_s_clock_says(bench: Bench) -> None:
    wrong = datetime(2001, 1, 1, tzinfo=UTC)
    await bench.place.publish_fact(settled(1, SettlementStatus.SETTLED), station=CP001, occurred_at=wrong)
    await complete(bench, 1)
    receipt = await become(bench, 1, "paid", "8.40")

    (settlement,) = await settlements(bench)
    posted = [one for one in (await entries(bench))["items"] if one["account"] == "cash:terminal"]

    assert datetime.fromisoformat(settlement["settled_at"]) == wrong
    assert datetime.fromisoformat(receipt["payments"][0]["paid_at"]).year > 2001
    assert [datetime.fromisoformat(one["at"]).year > 2001 for one in posted] == [True]
