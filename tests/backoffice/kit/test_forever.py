"""Works that never return end when they are cancelled, whatever the libraries they use make of it."""

import asyncio

import pytest

from backoffice.kit.forever import forever, heed_cancellation
from backoffice.kit.stream_reader import StreamReader
from backoffice.kit.workers import try_each
from protocol.bus.subjects import Stream
from tests.factories.places import HttpPlace


async def swallow_cancellation() -> None:
    """What `asyncio.wait_for` does in Python 3.11 where the result comes together with the cancellation."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return


async def end(task: "asyncio.Task[None]") -> None:
    """The task was cancelled in its first turn, and is over."""
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait((task,), timeout=1)
    assert done


async def test_loop_ends_with_the_turn_in_which_a_cancellation_was_swallowed() -> None:
    turns = 0

    async def work() -> None:
        nonlocal turns
        for _ in forever():
            turns += 1
            await swallow_cancellation()

    task = asyncio.create_task(work())
    await end(task)

    assert task.cancelled()
    assert turns == 1


async def test_swallowed_cancellation_is_heeded_before_a_long_wait() -> None:
    async def work() -> None:
        await swallow_cancellation()
        heed_cancellation()
        await asyncio.sleep(3600)

    task = asyncio.create_task(work())
    await end(task)

    assert task.cancelled()


async def test_reader_heeds_a_cancellation_that_was_swallowed_before_it_waits(place: HttpPlace) -> None:
    reader = StreamReader(place.bus, Stream.DOMAIN, filter_subject="nobody.says.this")
    opened = asyncio.Event()

    async def work() -> None:
        await reader.open(after=0)
        opened.set()
        await swallow_cancellation()
        await reader.next_batch(wait_s=60)

    task = asyncio.create_task(work())
    await opened.wait()
    await end(task)

    assert task.cancelled()


async def test_time_out_that_was_swallowed_is_a_time_out() -> None:
    async def work() -> None:
        async with asyncio.timeout(0.01):
            for _ in forever():
                await swallow_cancellation()

    with pytest.raises(TimeoutError):
        await work()


async def test_items_behind_a_swallowed_cancellation_are_left() -> None:
    tried = []

    async def act(item: int) -> None:
        tried.append(item)
        await swallow_cancellation()

    task = asyncio.create_task(try_each(range(10), act))
    await asyncio.sleep(0)
    await end(task)

    assert task.cancelled()
    assert tried == [0]
