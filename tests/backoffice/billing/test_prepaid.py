"""Prepaid accounts: the arithmetic, and draws that happen once."""

import asyncio
import uuid
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.billing.balance import Balance
from backoffice.contracts.billing import PREPAID_CREDIT, AskPrepaidCredit
from backoffice.kit.testing import eventually
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.money import Money
from tests.backoffice.billing.test_billing import DEFAULT, Bench, bench as bench, completed
from tests.backoffice.billing.test_settlements import become, session, settle, settled

pytestmark = pytest.mark.slow

AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=2)


def euros(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


@given(left=AMOUNTS, due=AMOUNTS)
def test_draw_takes_at_most_what_is_left_and_loses_nothing(left: Decimal, due: Decimal) -> None:
    after, taken = Balance(euros(left)).drawn(euros(due))

    assert after.left + taken == euros(left)
    assert taken.amount == min(left, due)
    assert after.left.amount >= 0


@given(left=AMOUNTS, draws=st.lists(AMOUNTS, max_size=8))
def test_draws_never_take_more_than_was_there(left: Decimal, draws: list[Decimal]) -> None:
    balance, total = Balance(euros(left)), euros("0")
    for due in draws:
        balance, taken = balance.drawn(euros(due))
        total += taken

    assert total.amount == min(left, sum(draws, Decimal(0)))


def test_other_currency_is_neither_drawn_nor_added() -> None:
    balance = Balance(euros("5"))

    assert balance.drawn(Money(Decimal(3), "SEK")) == (balance, Money(Decimal(0), "SEK"))
    with pytest.raises(ValueError, match="SEK"):
        balance.topped_up(Money(Decimal(3), "SEK"))


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_top_up_adds_something(amount: str) -> None:
    with pytest.raises(ValueError, match="adds something"):
        Balance(euros("5")).topped_up(euros(amount))


async def top_up(bench: Bench, amount: str, *, account: str = "card-1", key: str = "", currency: str = "EUR") -> Any:
    return await bench.place.http.post(
        f"/api/v1/billing/prepaid-accounts/{account}/top-ups",
        json={"amount": amount, "currency": currency},
        headers=bench.place.operator_headers() | {"Idempotency-Key": key or uuid.uuid4().hex},
    )


async def credit(bench: Bench, account: str = "card-1") -> Decimal:
    return (await bench.place.bus.ask(PREPAID_CREDIT, AskPrepaidCredit(DEFAULT, account))).amount


async def complete(bench: Bench, number: int, total: str = "8.40") -> None:
    event = msgspec.structs.replace(
        completed(session(number), driver=None, total=total), prepaid_account="card-1", transaction_id=f"tx{number}"
    )
    await bench.place.publish_domain(event, key=event.session_id)


async def test_top_up_that_is_repeated_adds_once_and_keeps_its_currency(bench: Bench) -> None:
    assert await credit(bench) == 0

    first, again = await top_up(bench, "10", key="0001-top-up"), await top_up(bench, "10", key="0001-top-up")
    other = await top_up(bench, "10", currency="SEK")

    assert (first.status_code, first.json(), other.status_code) == (201, again.json(), 409)
    assert await credit(bench) == 10


async def test_sessions_that_end_together_draw_what_is_there_and_no_more(bench: Bench) -> None:
    await top_up(bench, "20")

    await asyncio.gather(*(complete(bench, number) for number in (1, 2, 3)), *(complete(bench, 1) for _ in range(3)))

    async def all_said() -> bool:
        answer = await bench.place.http.get("/api/v1/billing/invoices", headers=bench.place.operator_headers())
        states = sorted((one["state"], one["paid"]) for one in answer.json()["items"])
        return states == [("open", "3.20"), ("paid", "8.40"), ("paid", "8.40")]

    await eventually(all_said)
    assert await credit(bench) == 0
    await top_up(bench, "6")

    async def drawn() -> bool:
        return await credit(bench) == Decimal("0.80")

    await eventually(drawn)


async def test_what_the_terminal_settled_is_not_drawn_as_well(bench: Bench) -> None:
    await top_up(bench, "20")
    await settle(bench, settled(1, SettlementStatus.SETTLED, "8.40"))
    stations = "/api/v1/billing/stations/CP001/settlements"

    async def heard() -> bool:
        return bool((await bench.place.http.get(stations, headers=bench.place.operator_headers())).json())

    await eventually(heard)
    await complete(bench, 1)

    receipt = await become(bench, 1, "paid", "8.40")
    assert sum(Decimal(one["amount"]) for one in receipt["payments"]) == Decimal("8.40")
    assert Decimal(20) - await credit(bench) == sum(
        Decimal(one["amount"]) for one in receipt["payments"] if one["card"] == "a prepaid card"
    )
