"""Whoever asks a worker hears something, and no more waits for it than is bounded."""

import asyncio
import gc

import msgspec
import pytest

from simulator.control.errors import Away, Invalid
from simulator.control.orders import StationQuestion
from simulator.workers.asking import Asking
from simulator.workers.messages import (
    QUESTION_BYTES,
    Answered,
    Asked,
    CountAccepted,
    Declined,
    Question,
    read_order,
)

WAIT_S = 30.0


def asking_into(asked: list[bytes], *, patience_s: float = WAIT_S) -> Asking:
    """Questions to a worker that reads each at once."""

    async def send(line: bytes) -> None:
        asked.append(line)

    return Asking("worker 1/1", send=send, patience_s=patience_s)


async def never_sent(_line: bytes) -> None:
    """What a worker is written that reads nothing."""
    await asyncio.Event().wait()


async def test_who_waits_for_a_worker_hears_at_once_that_it_is_gone() -> None:
    asked: list[bytes] = []
    asking = asking_into(asked)
    waiting = asyncio.create_task(asking.ask(CountAccepted()))
    await asyncio.sleep(0)

    asking.end("worker 1/1 died", advice="start again")

    for later in (waiting, asking.ask(CountAccepted())):
        with pytest.raises(Away, match="worker 1/1 died"):
            await later
    (order,) = map(read_order, asked)
    assert isinstance(order, Asked)
    assert (order.number, order.question) == (1, CountAccepted())


async def test_who_waits_for_a_turn_hears_at_once_that_the_worker_is_gone() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    asking = Asking("worker 1/1", send=never_sent, patience_s=WAIT_S)
    waiting = [asyncio.create_task(asking.ask(CountAccepted())) for _ in range(3)]
    await asyncio.sleep(0)

    asking.end("worker 1/1 died", advice="start again")

    async with asyncio.timeout(WAIT_S / 3):
        heard = await asyncio.gather(*waiting, return_exceptions=True)
    assert [(type(one), str(one)) for one in heard] == [(Away, "worker 1/1 died")] * 3
    waiting.clear()
    heard.clear()
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []


async def test_who_has_an_answer_when_the_worker_ends_hears_it() -> None:
    asking = asking_into([])
    waiting = asyncio.create_task(asking.ask(CountAccepted()))
    await asyncio.sleep(0)
    asking.settle(Answered(1, msgspec.Raw(b"7")))

    asking.end("worker 1/1 died", advice="start again")

    assert await waiting == b"7"


async def test_worker_may_end_in_the_moment_in_which_patience_does() -> None:
    asking = Asking("worker 1/1", send=never_sent, patience_s=0.0)
    waiting = [asyncio.create_task(asking.ask(CountAccepted())) for _ in range(2)]
    for _ in "asked", "out of patience":
        await asyncio.sleep(0)

    asking.end("worker 1/1 died", advice="start again")

    heard = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(one) for one in heard] == ["worker 1/1 died"] * 2


async def test_question_that_is_too_long_is_never_sent() -> None:
    asked: list[bytes] = []
    asking = asking_into(asked)

    with pytest.raises(Invalid, match="too long"):
        await asking.ask(StationQuestion(limit=1, starts_with="x" * QUESTION_BYTES))

    assert asked == []


@pytest.mark.parametrize(
    ("length", "count"), [(QUESTION_BYTES // 2, 100), (1, 10_000)], ids=["long ones", "short ones"]
)
async def test_what_has_no_answer_yet_is_bounded_and_what_is_above_the_bound_is_refused_at_once(
    length: int, count: int
) -> None:
    asked: list[bytes] = []
    asking = asking_into(asked)
    question = StationQuestion(limit=1, starts_with="x" * length)
    refused: list[Away] = []

    async def ask() -> bytes | None:
        try:
            return await asking.ask(question)
        except Away as away:
            refused.append(away)
            return None

    async with asyncio.TaskGroup() as tasks:
        asking_all = [tasks.create_task(ask()) for _ in range(count)]
        await asyncio.sleep(0)
        unanswered = len(asked)
        for number in range(1, unanswered + 1):
            asking.settle(Answered(number, msgspec.Raw(b"7")))
    answers = [task.result() for task in asking_all]
    later = asyncio.create_task(ask())
    await asyncio.sleep(0)
    asking.settle(Answered(count + 1, msgspec.Raw(b"8")))

    assert 0 < unanswered < count
    assert sum(map(len, asked[:unanswered])) <= 32 * QUESTION_BYTES
    assert answers == [b"7"] * unanswered + [None] * (count - unanswered)
    assert {(str(away), away.advice) for away in refused} == {
        ("worker 1/1 is asked too much at once", "nothing was done: ask again later")
    }
    assert await later == b"8"


async def test_question_that_cannot_be_sent_leaves_nothing_behind() -> None:
    async def fail(_line: bytes) -> None:
        raise RuntimeError("the pipe is no pipe")

    asking = Asking("worker 1/1", send=fail)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no pipe"):
            await asking.ask(CountAccepted())


async def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    asking = asking_into([], patience_s=0.01)
    question: Question = CountAccepted()
    with pytest.raises(Away):
        await asking.ask(question)

    asking.settle(Declined(1, "Refused", "no", "wait"))
