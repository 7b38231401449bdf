"""A month of one driver: sessions, parking, a reservation, a declined card and its recovery, refunds, the statement."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.billing.statements import month_of
from backoffice.kit.testing import eventually
from tests.backoffice.billing.test_billing import DECLINED, GOOD, Bench, bench as bench, completed
from tests.backoffice.billing.test_charges import parked, reserved
from tests.backoffice.billing.test_credits import credited, get, refund, refunds_in, session
from tests.backoffice.billing.test_documents import pdf
from tests.backoffice.billing.test_ledger import balances

pytestmark = pytest.mark.slow


async def states(bench: Bench) -> dict[str, str]:
    return {one["session_id"]: one["state"] for one in (await get(bench, "invoices?limit=500"))["items"]}


async def become(bench: Bench, **expected: str) -> None:
    async def are_so() -> bool:
        found = await states(bench)
        return all(found.get(subject) == state for subject, state in expected.items())

    await eventually(are_so, what=f"invoices as {expected}")


def month_that_lasts(bench: Bench) -> str:
    """The month of the next two hours; where it ends in them, they are moved behind its end."""
    if month_of(bench.place.clock()) != month_of(bench.place.clock() + timedelta(hours=2)):
        bench.place.clock.advance(timedelta(hours=2))
    return month_of(bench.place.clock())


async def publish(bench: Bench, event: Any, key: str) -> None:
    await bench.place.publish_domain(event, key=key)


async def test_month_of_a_driver_adds_up_to_the_cent(bench: Bench) -> None:
    month = month_that_lasts(bench)

    # A start by app, a session by card, a stay in a bay, and a reservation: the card pays.
    await bench.add_card(GOOD)
    await bench.hold("50")
    await publish(bench, completed("app", intent_id="i1"), "app")
    for subject, event in (("s1", session("s1")), ("p1", parked()), ("r1", reserved())):
        await publish(bench, event, subject)
    await become(bench, app="paid", s1="paid", p1="paid", r1="paid")

    # The next card declines two sessions. An hour later another pays one by itself; the driver pays the other.
    await bench.add_card(DECLINED)
    await asyncio.gather(*(publish(bench, session(subject), subject) for subject in ("s2", "s3")))
    await become(bench, s2="open", s3="open")
    owed = await balances(bench, account="receivable:driver-1")
    await bench.add_card(GOOD)
    third = {one["session_id"]: one["id"] for one in (await get(bench, "invoices"))["items"]}["s3"]
    await bench.place.http.post(
        f"/api/v1/billing/invoices/{third}/pay",
        headers=bench.place.driver_headers() | {"Idempotency-Key": "pay-the-third"},
    )
    await become(bench, s3="paid")
    bench.place.clock.advance(timedelta(hours=1, seconds=1))
    await become(bench, s2="paid")

    # A part of one goes back out of goodwill; another was wrong and goes back whole.
    third_part = await refund(bench, third, "3.33")
    await publish(bench, credited("s1"), "s1")
    await refunds_in(bench, "done", 2)

    told = await get(bench, f"drivers/driver-1/months/{month}")
    (totals,) = told["totals"]
    amounts = {name: Decimal(value) for name, value in totals.items() if name != "currency"}
    assert third_part.status_code == 201
    assert owed == {"receivable:driver-1": Decimal("16.18")}
    assert amounts == {
        "owed_before": Decimal(0),
        "billed": Decimal("39.81"),
        "credited": Decimal("11.42"),
        "paid": Decimal("39.81"),
        "paid_back": Decimal("11.42"),
        "written_off": Decimal(0),
        "owed_after": Decimal(0),
    }
    assert sorted(one["number"] for one in told["invoices"]) == [1, 2, 3, 4, 5, 6]
    assert sorted(one["number"] for one in told["credit_notes"]) == [1, 2]

    # The books say the same: nothing is owed, and what is in the provider's hands is revenue and VAT.
    booked = await balances(bench)
    assert booked["receivable:driver-1"] == 0
    assert booked["cash:sandbox"] == Decimal("28.39")
    assert sum(amount for account, amount in booked.items() if account.startswith(("revenue:", "vat:"))) == -Decimal(
        "28.39"
    )
    assert sum(captured for _, captured in await bench.book()) == Decimal("39.81")
    text = await pdf(bench, f"drivers/driver-1/months/{month}/pdf")
    assert "Billed 39.81 EUR" in text
    assert "Owed after 0.00 EUR" in text
