"""What a station is told of costs: at the end, by the bill; while it runs, where the operator wants it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
import pytest_asyncio

from backoffice.contracts.sessions import TOTAL_COST, session_id_of
from backoffice.contracts.stations import SHOW_COST, CommandResult, CommandStatus, ShowCost
from backoffice.kit.bus import QUERIES_AT_ONCE, Answerer
from backoffice.kit.database import Unit
from backoffice.kit.testing import eventually
from backoffice.sessions import repository, total_cost
from backoffice.sessions.app import SERVICE
from backoffice.sessions.models import SessionRow
from protocol.blocks.tariff_and_cost.queries import AskTotalCost
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import TransactionId
from tests.backoffice.sessions.harness import (
    CP001,
    DEFAULT,
    T0,
    TX,
    Others,
    ended,
    publish,
    reading,
    session_in,
    started,
)
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow


async def total(place: HttpPlace, *, patience_s: float = 5.0, transaction: TransactionId = TX) -> Decimal | None:
    question = AskTotalCost(DEFAULT, CP001, transaction, patience_s=patience_s)
    return (await place.bus.ask(TOTAL_COST, question, timeout_s=patience_s + 2)).total


async def test_total_is_that_of_the_bill_also_where_it_is_asked_before_the_end_is_known(place: HttpPlace) -> None:
    asking = asyncio.create_task(total(place))
    await publish(place, started())
    await publish(place, ended(), minutes=60)

    assert await asking == Decimal("10.00")
    assert (await session_in(place, "completed"))["cost_incl_vat"] == "10.00"


async def test_transaction_that_goes_on_has_no_total(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")

    assert await total(place, patience_s=0.3) is None
    assert await total(place, patience_s=0.3, transaction=TransactionId("nobody's")) is None


async def test_refused_session_has_no_total_and_nobody_waits_for_it(place: HttpPlace) -> None:
    refused = Authorization(AuthorizationStatus.INVALID, AuthorizationBasis.IDENTITY)
    await publish(place, started(authorization=refused))
    await publish(place, ended(), minutes=1)

    assert await asyncio.wait_for(total(place, patience_s=9), 5) is None


async def test_many_who_wait_look_seldom_and_hear_of_the_bill_at_once(
    place: HttpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    read_session = repository.read_session

    async def count(unit: Unit, session_id: str) -> SessionRow | None:
        looks.append(session_id)
        return await read_session(unit, session_id)

    monkeypatch.setattr(repository, "read_session", count)
    monkeypatch.setattr(total_cost, "_LOOK_EVERY_S", 30.0)
    asking = [asyncio.create_task(total(place, patience_s=9.0)) for _ in range(QUERIES_AT_ONCE)]
    await eventually(lambda: have_looked(looks), what="everybody's first look")
    await publish(place, started())
    await publish(place, ended(), minutes=60)

    totals = await asyncio.wait_for(asyncio.gather(*asking), 6)

    assert set(totals) == {Decimal("10.00")}
    assert len(looks) == 2 * QUERIES_AT_ONCE


async def have_looked(looks: list[str]) -> bool:
    return len(looks) >= QUERIES_AT_ONCE


async def test_question_whose_asker_has_gone_holds_no_place(place: HttpPlace) -> None:
    asked_at = place.clock() - timedelta(seconds=9)
    late = AskTotalCost(DEFAULT, CP001, TX, patience_s=8.0, asked_at=asked_at)

    assert (await place.bus.ask(TOTAL_COST, late, timeout_s=2.0)).total is None


@pytest.mark.parametrize(("waited_s", "left_s"), [(0, 5.0), (3, 2.0), (7, -2.0), (-60, 5.0)])
def test_patience_counts_from_the_question(waited_s: int, left_s: float) -> None:
    question = AskTotalCost(DEFAULT, CP001, TX, patience_s=5.0, asked_at=T0)

    assert total_cost.patience_left(question, now=T0 + timedelta(seconds=waited_s)) == left_s


class Display:
    """Stations, which are told costs; one may be slow to answer."""

    def __init__(self) -> None:
        self.told: list[Decimal] = []
        self.answers: dict[str, asyncio.Event] = {}
        self.result = CommandResult(CommandStatus.ACCEPTED)

    async def show(self, question: ShowCost) -> CommandResult:
        self.told.append(question.total_cost)
        if question.transaction_id in self.answers:
            await self.answers[question.transaction_id].wait()
        return self.result


@pytest.fixture
def display() -> Display:
    return Display()


@pytest_asyncio.fixture
async def showing(database_url: str, nats_url: str, others: Others, display: Display) -> AsyncIterator[HttpPlace]:
    environ = {"SESSIONS_TELLS_RUNNING_COST": "true", "SESSIONS_RUNNING_COST_EVERY_S": "60"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        answerers = [*others.answerers(), Answerer(SHOW_COST, display.show)]
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in answerers]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def run_up(place: HttpPlace, register_wh: str, *, minutes: int) -> None:
    """The session's meter went on, and what it costs is known."""

    async def has_tariff() -> bool:
        return bool((await session_in(place, "charging"))["tariff_id"])

    await eventually(has_tariff, what="the session's tariff")
    place.clock.advance(timedelta(seconds=2))  # progress is said once a second
    await place.publish_fact(reading(register_wh, minutes=minutes), station=CP001)


async def become(display: Display, *told: str) -> None:
    async def is_so() -> bool:
        return display.told == [Decimal(one) for one in told]

    await eventually(is_so, what=f"costs told: {told}")


async def test_running_cost_is_told_when_it_has_changed_and_not_too_often(showing: HttpPlace, display: Display) -> None:
    await publish(showing, started())
    await run_up(showing, "3000", minutes=10)
    await become(display, "1.00")

    await run_up(showing, "5000", minutes=20)
    await eventually(lambda: costs(showing, "2.00"))
    assert display.told == [Decimal("1.00")]

    showing.clock.advance(timedelta(minutes=2))
    await become(display, "1.00", "2.00")


async def test_station_that_is_slow_to_answer_holds_up_no_other(showing: HttpPlace, display: Display) -> None:
    display.answers = {TX: asyncio.Event()}
    for transaction, register_wh, cost in ((TX, "3000", "1.00"), (TransactionId("18"), "5000", "2.00")):
        await showing.publish_fact(started(transaction_id=transaction), station=CP001, occurred_at=T0)
        await eventually(lambda transaction=transaction: has_tariff(showing, transaction), what="the tariff")
        fact = msgspec.structs.replace(reading(register_wh, minutes=10), transaction_id=transaction)
        await showing.publish_fact(fact, station=CP001)
        await eventually(lambda cost=cost: is_told(display, cost), what=f"{cost}, told while nobody answers")

    display.answers[TX].set()


async def is_told(display: Display, cost: str) -> bool:
    return Decimal(cost) in display.told


async def has_tariff(place: HttpPlace, transaction: TransactionId) -> bool:
    url = f"/api/v1/sessions/{session_id_of(DEFAULT, CP001, transaction)}"
    answer = await place.http.get(url, headers=place.operator_headers())
    return answer.status_code == 200 and bool(answer.json()["tariff_id"])


async def test_station_that_cannot_show_it_is_asked_once(showing: HttpPlace, display: Display) -> None:
    display.result = CommandResult(CommandStatus.REFUSED, "OCPP 1.6 cannot express CostUpdated.")
    await publish(showing, started())
    await run_up(showing, "3000", minutes=10)
    await become(display, "1.00")

    showing.clock.advance(timedelta(minutes=2))
    await run_up(showing, "5000", minutes=20)
    await eventually(lambda: costs(showing, "2.00"))
    showing.clock.advance(timedelta(minutes=2))
    await publish(showing, ended(), minutes=60)
    await session_in(showing, "completed")

    assert display.told == [Decimal("1.00")]


async def costs(place: HttpPlace, amount: str) -> bool:
    return bool((await session_in(place, "charging"))["cost_incl_vat"] == amount)


async def test_running_costs_are_told_nobody_by_default(place: HttpPlace, others: Others) -> None:
    await publish(place, started())
    await run_up(place, "3000", minutes=10)
    await eventually(lambda: costs(place, "1.00"))

    assert others.were_asked(ShowCost) == []
