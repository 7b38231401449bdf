"""The loop of a work that never returns, and ends when it is cancelled even where a library has swallowed that.

Before a turn waits for long, it heeds what was swallowed by itself.

A result that comes at the moment of a cancellation is returned by Python 3.11's `asyncio.wait_for`, and the
cancellation is lost. The drivers of the database and of NATS wait that way: a work would go on, and the process that
waits for its end with it.
"""

import asyncio
from collections.abc import Iterator


def forever() -> Iterator[None]:
    """One turn after the other, for `for _ in forever():`. Raises CancelledError where the task was cancelled."""
    while True:
        yield
        heed_cancellation()


def heed_cancellation() -> None:
    """Raises CancelledError where the running task was cancelled, and goes on all the same."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
