"""What a station is told of costs: at the end, by the bill; while it runs, where the operator wants it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from backoffice.contracts.sessions import TOTAL_COST
from backoffice.contracts.stations import SHOW_COST, CommandResult, CommandStatus, ShowCost
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import eventually
from backoffice.sessions.app import SERVICE
from protocol.blocks.tariff_and_cost.queries import AskTotalCost
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import TransactionId
from tests.backoffice.sessions.harness import (
    CP001,
    DEFAULT,
    TX,
    Others,
    ended,
    publish,
    reading,
    session_in,
    started,
)
from tests.factories.places import HttpPlace, open_place


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


class Display:
    """Stations, which are told costs."""

    def __init__(self) -> None:
        self.told: list[Decimal] = []
        self.result = CommandResult(CommandStatus.ACCEPTED)

    async def show(self, question: ShowCost) -> CommandResult:
        self.told.append(question.total_cost)
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
