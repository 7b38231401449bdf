"""What workers of several services have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from backoffice.kit.forever import heed_cancellation

ItemT = TypeVar("ItemT")


async def try_each(items: Iterable[ItemT], act: Callable[[ItemT], Awaitable[None]], *, at_once: int = 1) -> None:
    """`act` was awaited for every item, `at_once` of them side by side; one that fails holds up none behind it.

    What was raised is raised at the end, together: the worker's run has failed, is logged and counted.
    """
    failed: list[Exception] = []
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            heed_cancellation()
            try:
                await act(item)
            except Exception as error:  # noqa: BLE001 - raised below
                failed.append(error)

    async with asyncio.TaskGroup() as workers:
        for _ in range(at_once):
            workers.create_task(work())
    if failed:
        raise ExceptionGroup("some items failed", failed)
