"""Cases become verdicts, one after the other or several at a time.

A rule that was broken on the wire outweighs whatever else went wrong: a case fails for what the log shows, and errs
only where the log shows nothing.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.conformance.log import WireLog
from simulator.conformance.verdicts import CannotJudge, Failed, NotApplicable, Result, Verdict

_ORDER: tuple[tuple[type[Exception], Verdict], ...] = (
    (Failed, Verdict.FAIL),
    (NotApplicable, Verdict.NOT_APPLICABLE),
    (CannotJudge, Verdict.ERROR),
    (TimeoutError, Verdict.ERROR),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A case that is to be run; `missing` says why it cannot be, and then it is not."""

    case_id: str
    version: str
    block: str
    title: str
    run: Callable[[WireLog], Awaitable[None]]
    missing: str = ""


async def judge(trial: Trial, *, limit_s: float | None, clock: Callable[[], float] = time.monotonic) -> Result:
    """The verdict. A fault of the judge itself is an error of this case, and no other case suffers from it."""
    log = WireLog(clock)
    if trial.missing:
        return _conclude(trial, log, Verdict.NOT_APPLICABLE, trial.missing)
    try:
        async with asyncio.timeout(limit_s):
            await trial.run(log)
    except Exception as error:  # noqa: BLE001 # the top of a case: whatever it was, it is told, and the others go on
        verdict, reason = _weigh(error, limit_s)
        return _conclude(trial, log, verdict, reason)
    return _conclude(trial, log, Verdict.PASS, "")


async def judge_all(
    trials: Sequence[Trial], *, jobs: int, limit_s: float | None, on_result: Callable[[Result], None]
) -> list[Result]:
    """The results in the order of the trials; at most `jobs` run at a time."""
    turn = asyncio.Semaphore(jobs)

    async def one(trial: Trial) -> Result:
        async with turn:
            result = await judge(trial, limit_s=limit_s)
        on_result(result)
        return result

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(trial)) for trial in trials]
    return [task.result() for task in running]


def _weigh(error: Exception, limit_s: float | None) -> tuple[Verdict, str]:
    leaves = list(_leaves(error))
    for kind, verdict in _ORDER:
        for leaf in leaves:
            if isinstance(leaf, kind):
                return verdict, str(leaf) or f"The case was not over after {limit_s:g} s."
    place = traceback.extract_tb(leaves[0].__traceback__)[-1:]
    at = f" at {Path(place[0].filename).name}:{place[0].lineno}" if place else ""
    return Verdict.ERROR, f"The judge is at fault: {leaves[0]!r}{at}"


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _conclude(trial: Trial, log: WireLog, verdict: Verdict, reason: str) -> Result:
    return Result(
        *(trial.case_id, trial.version, trial.block, trial.title, verdict, reason),
        elapsed_s=log.elapsed_s,
        records=tuple(log.records),
    )
