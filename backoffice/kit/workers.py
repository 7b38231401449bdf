"""What workers of all services have in common: their rhythm, and what is known of their failures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import structlog
from sqlalchemy import Executable, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import DatabaseUnavailable
from backoffice.kit.forever import forever, heed_cancellation
from backoffice.kit.service import Worker
from backoffice.kit.tables import worker_failures
from backoffice.kit.telemetry import WORKER_FAILURES

log = structlog.get_logger(__name__)

_REASON_LENGTH = 500
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


class Bell:
    """Rung whenever the service has applied events; each worker that follows them hears it."""

    def __init__(self) -> None:
        self._listening: list[asyncio.Event] = []

    def ring(self) -> None:
        """Whoever listens has heard it, now or when they next ask."""
        for heard in self._listening:
            heard.set()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that every ring sets; whoever listens clears it."""
        heard = asyncio.Event()
        self._listening.append(heard)
        try:
            yield heard
        finally:
            self._listening.remove(heard)


async def repeat(worker: Worker, database: Database, bell: Bell, *, clock: Clock) -> None:
    """Runs the worker in its rhythm, for ever. A run that fails is logged, counted and written down, and so is the
    first one that does not fail again."""
    has_failed = True  # it may have, in the process that led before us
    with bell.listening() as heard:
        for _ in forever():
            try:
                await worker.run()
            except Exception as error:
                WORKER_FAILURES.labels(database.service, worker.name).inc()
                log.exception("worker failed", service=database.service, worker=worker.name)
                has_failed = True
                await _note(worker, database, error, clock=clock)
            else:
                if has_failed:
                    has_failed = not await _note(worker, database, None, clock=clock)
            heed_cancellation()
            await _rest(worker, heard)


async def _rest(worker: Worker, heard: asyncio.Event) -> None:
    """Returns when the next run is due."""
    if worker.after_events_s is None:
        await asyncio.sleep(worker.every_s)
        return
    await asyncio.sleep(worker.after_events_s)
    with suppress(TimeoutError):
        async with asyncio.timeout(worker.every_s - worker.after_events_s):
            await heard.wait()
    heard.clear()


async def _note(worker: Worker, database: Database, error: Exception | None, *, clock: Clock) -> bool:
    """Whether it is written down that the worker failed, or, without an error, that it works."""
    failures = worker_failures.c
    statement: Executable
    if error is None:
        is_over = failures.recovered_at.is_(None)
        statement = update(worker_failures).where(failures.worker == worker.name, is_over).values(recovered_at=clock())
    else:
        reason = f"{type(error).__name__}: {error}"[:_REASON_LENGTH]
        values = {"failed_at": clock(), "reason": reason, "recovered_at": None}
        statement = (
            insert(worker_failures)
            .values(worker=worker.name, failures=1, **values)
            .on_conflict_do_update(index_elements=[failures.worker], set_={**values, "failures": failures.failures + 1})
        )
    try:
        async with database.transaction(ALL_TENANTS) as unit:
            await unit.session.execute(statement)
    except DatabaseUnavailable as away:
        log.warning("worker's state not written", worker=worker.name, reason=str(away))
        return False
    return True
