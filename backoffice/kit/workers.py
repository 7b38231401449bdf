"""What workers of several services have in common."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")


async def try_each(items: Iterable[ItemT], act: Callable[[ItemT], Awaitable[None]]) -> None:
    """`act` was awaited for every item, one after the other; an item that fails holds up none behind it.

    What was raised is raised at the end, together: the worker's run has failed, is logged and counted.
    """
    failed: list[Exception] = []
    for item in items:
        try:
            await act(item)
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)
    if failed:
        raise ExceptionGroup("some items failed", failed)
