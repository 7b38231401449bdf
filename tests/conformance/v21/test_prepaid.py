"""OCPP 2.1: cards that were paid before they charge."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import Transaction, authorize

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def prepaid_card(bench: Bench, *, credit: str | None) -> tuple[str, str]:
    """A new card's value, and its account."""
    value = f"P{uuid.uuid4().hex[:12].upper()}"
    card = await bench.operator.post("/prepaid-cards", {"value": value})
    if credit is not None:
        await top_up(bench, card["token_id"], credit)
    return value, card["token_id"]


async def top_up(bench: Bench, account: str, amount: str) -> dict[str, Any]:
    body = {"amount": amount, "currency": "EUR"}
    path = f"/billing/prepaid-accounts/{account}/top-ups"
    view: dict[str, Any] = await bench.operator.post(path, body, key=uuid.uuid4().hex)
    return view


async def balance(bench: Bench, account: str) -> Decimal:
    return Decimal((await bench.operator.get(f"/billing/prepaid-accounts/{account}"))["balance"])


async def becomes(bench: Bench, account: str, amount: str) -> None:
    async def is_so() -> bool:
        return await balance(bench, account) == Decimal(amount)

    await eventually(is_so, what=f"a balance of {amount}")


@pytest.mark.ocpp("2.1", "TC_C_103_CSMS")
async def test_prepaid_card_with_credit_charges_and_the_session_draws_from_it(bench: Bench) -> None:
    card, account = await prepaid_card(bench, credit="10.00")
    async with bench.station("PREPAID") as station:
        authorized = await authorize(station, card)
        transaction = Transaction(station)
        started = await transaction.start(token=card)
        await transaction.end(wh=4_000)

    session = await bench.network.session_of("PREPAID")
    receipt = await bench.network.receipt(session["id"])
    await becomes(bench, account, "8.00")
    entries = await bench.operator.get(f"/billing/prepaid-accounts/{account}/entries")
    assert (authorized["status"], started["idTokenInfo"]["status"]) == ("Accepted", "Accepted")
    assert started["transactionLimit"] == {"maxCost": 10.0}
    assert (receipt["invoice"]["state"], receipt["invoice"]["paid"], session["driver_id"]) == ("paid", "2.00", None)
    assert [(one["amount"], one["card"]) for one in receipt["payments"]] == [("2.00", "a prepaid card")]
    assert [Decimal(one["amount"]) for one in entries] == [Decimal("-2.00"), Decimal("10.00")]


@pytest.mark.ocpp("2.1", "TC_C_104_CSMS")
async def test_prepaid_card_without_credit_does_not_charge(bench: Bench) -> None:
    never_paid, _ = await prepaid_card(bench, credit=None)
    card, account = await prepaid_card(bench, credit="1.00")
    async with bench.station("SPENT") as station:
        empty = await authorize(station, never_paid)
        transaction = Transaction(station)
        await transaction.start(token=card)
        await transaction.end(wh=4_000)
        session = await bench.network.session_of("SPENT")
        owing = await bench.network.receipt(session["id"])
        await becomes(bench, account, "0.00")
        spent = await authorize(station, card)
        await top_up(bench, account, "5.00")
        await becomes(bench, account, "4.00")
        again = await authorize(station, card)

    assert [one["status"] for one in (empty, spent, again)] == ["NoCredit", "NoCredit", "Accepted"]
    assert (owing["invoice"]["state"], owing["invoice"]["paid"], owing["invoice"]["reason"]) == (
        "open",
        "1.00",
        "no_credit",
    )
