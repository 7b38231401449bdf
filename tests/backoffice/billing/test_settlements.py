"""Payments by stations' terminals: booked once, in whatever order they and the sessions come, and beside cards."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.contracts.sessions import session_id_of
from backoffice.kit.testing import eventually
from protocol.blocks.payment.events import SettlementReported
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import StationId, TransactionId
from tests.backoffice.billing.test_billing import DEFAULT, Bench, bench as bench, completed

pytestmark = pytest.mark.slow

CP001 = StationId("CP001")


def settled(number: int, status: SettlementStatus, amount: str = "8.40", *, reference: str = "") -> SettlementReported:
    return SettlementReported(
        reference=reference or f"psp-{number}",
        status=status,
        amount=Decimal(amount),
        transaction_id=TransactionId(f"tx{number}"),
    )


def session(number: int) -> str:
    return session_id_of(DEFAULT, CP001, TransactionId(f"tx{number}"))


async def complete(bench: Bench, number: int, **fields: Any) -> None:
    event = completed(session(number), driver=fields.pop("driver", None), **fields)
    event = msgspec.structs.replace(event, transaction_id=TransactionId(f"tx{number}"))
    await bench.place.publish_domain(event, key=event.session_id)


async def settle(bench: Bench, *events: SettlementReported) -> None:
    for event in events:
        await bench.place.publish_fact(event, station=CP001)


async def settlements(bench: Bench) -> list[Any]:
    path = f"/api/v1/billing/stations/{CP001}/settlements"
    answer = await bench.place.http.get(path, headers=bench.place.operator_headers())
    listed: list[Any] = answer.json()
    return listed


async def become(bench: Bench, number: int, state: str, paid: str) -> dict[str, Any]:
    path = f"/api/v1/billing/receipts/{session(number)}"

    async def is_so() -> dict[str, Any]:
        answer = await bench.place.http.get(path, headers=bench.place.operator_headers())
        body: dict[str, Any] = answer.json()
        invoice = body.get("invoice", {})
        return body if (invoice.get("state"), invoice.get("paid")) == (state, paid) else {}

    return await eventually(is_so, what=f"invoice {number} {state} with {paid}")


async def test_settlement_and_session_that_come_together_always_meet(bench: Bench) -> None:
    numbers = range(40)
    await asyncio.gather(
        *(complete(bench, number) for number in numbers),
        *(settle(bench, settled(number, SettlementStatus.SETTLED)) for number in numbers),
    )

    for number in numbers:
        receipt = await become(bench, number, "paid", "8.40")
        assert [(one["amount"], one["card"]) for one in receipt["payments"]] == [("8.40", "the station's terminal")]


@pytest.mark.parametrize(
    "statuses",
    [
        (SettlementStatus.FAILED, SettlementStatus.SETTLED),
        (SettlementStatus.SETTLED, SettlementStatus.FAILED),
        (SettlementStatus.SETTLED, SettlementStatus.SETTLED),
    ],
)
async def test_settled_stands_whatever_else_is_said_of_the_same_payment(
    bench: Bench, statuses: tuple[SettlementStatus, ...]
) -> None:
    await complete(bench, 1)
    await settle(bench, *(settled(1, status) for status in statuses))

    receipt = await become(bench, 1, "paid", "8.40")

    assert len(receipt["payments"]) == 1


async def test_what_failed_pays_nothing_and_what_is_less_pays_a_part(bench: Bench) -> None:
    await complete(bench, 1)
    await settle(bench, settled(1, SettlementStatus.FAILED), settled(1, SettlementStatus.SETTLED, "3", reference="b"))

    receipt = await become(bench, 1, "open", "3.00")

    assert [one["amount"] for one in receipt["payments"]] == ["3"]


async def test_what_was_held_on_a_card_is_given_back_where_the_terminal_was_paid(bench: Bench) -> None:
    await bench.add_card()
    await bench.hold("50")
    await settle(bench, settled(1, SettlementStatus.SETTLED))
    await eventually(lambda: settlements(bench), what="the settlement on record")
    await complete(bench, 1, driver="driver-1", intent_id="i1")

    receipt = await become(bench, 1, "paid", "8.40")

    assert [one["card"] for one in receipt["payments"]] == ["the station's terminal"]
    assert [state for state, _ in await bench.book()] == ["canceled"]
