"""Payments that stations' terminals hold: settled by us once, whatever dies, repeats itself, or is settled by them."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from backoffice.kit.testing import eventually
from protocol.blocks.payment.events import PaymentAuthorised
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import TransactionId
from tests.backoffice.billing.test_billing import Bench, bench as bench
from tests.backoffice.billing.test_settlements import CP001, become, complete, settle, settled

pytestmark = pytest.mark.slow


async def authorise(bench: Bench, number: int, reference: str = "") -> None:
    held = PaymentAuthorised(reference=reference or f"psp-{number}", transaction_id=TransactionId(f"tx{number}"))
    await bench.place.publish_fact(held, station=CP001)


async def settlements(bench: Bench, count: int) -> list[tuple[str, str]]:
    async def found() -> list[dict[str, Any]]:
        path = "/api/v1/billing/stations/CP001/settlements"
        listed: list[dict[str, Any]] = (await bench.place.http.get(path, headers=bench.place.operator_headers())).json()
        return listed if len(listed) == count else []

    return [(one["reference"], one["status"]) for one in await eventually(found)]


async def test_payment_and_session_that_come_together_always_meet(bench: Bench) -> None:
    numbers = range(20)
    await asyncio.gather(
        *(complete(bench, number) for number in numbers), *(authorise(bench, number) for number in numbers)
    )

    for number in numbers:
        receipt = await become(bench, number, "paid", "8.40")
        assert [(one["amount"], one["card"]) for one in receipt["payments"]] == [("8.40", "the station's terminal")]


async def test_token_that_is_presented_again_is_settled_once(bench: Bench) -> None:
    await asyncio.gather(*(authorise(bench, 1) for _ in range(3)))
    await complete(bench, 1)

    receipt = await become(bench, 1, "paid", "8.40")

    assert len(receipt["payments"]) == 1
    assert await settlements(bench, 1) == [("psp-1", "Settled")]


async def test_station_that_settles_all_the_same_is_not_paid_twice(bench: Bench) -> None:
    await settle(bench, settled(1, SettlementStatus.SETTLED, "5"))
    await settlements(bench, 1)
    await authorise(bench, 1)
    await complete(bench, 1)

    receipt = await become(bench, 1, "open", "5.00")
    await settle(bench, settled(1, SettlementStatus.SETTLED, "8.40"))

    assert [Decimal(one["amount"]) for one in receipt["payments"]] == [Decimal(5)]
    assert len((await become(bench, 1, "open", "5.00"))["payments"]) == 1


@pytest.mark.parametrize(("total", "status", "state"), [("0", "Canceled", "paid"), ("8.40", "Rejected", "open")])
async def test_what_is_free_or_declined_takes_nothing(bench: Bench, total: str, status: str, state: str) -> None:
    await authorise(bench, 1, "card_declined-1" if status == "Rejected" else "psp-1")
    await complete(bench, 1, total=total)

    receipt = await become(bench, 1, state, "0.00" if total != "0" else "0")

    assert receipt["payments"] == []
    if status == "Rejected":
        assert [one[1] for one in await settlements(bench, 1)] == [status]
