"""Cases become verdicts, one after the other or several at a time.

A rule that was broken on the wire outweighs whatever else went wrong: a case fails for what the log shows, and errs
only where the log shows nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

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
    """The verdict. What a script raises beside its own errors is a fault of the judge, and is raised."""
    log = WireLog(clock)
    if trial.missing:
        return _conclude(trial, log, Verdict.NOT_APPLICABLE, trial.missing)
    try:
        async with asyncio.timeout(limit_s):
            await trial.run(log)
    except (Failed, NotApplicable, CannotJudge, TimeoutError, BaseExceptionGroup) as error:
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


def _weigh(error: BaseException, limit_s: float | None) -> tuple[Verdict, str]:
    leaves = list(_leaves(error))
    for kind, verdict in _ORDER:
        for leaf in leaves:
            if isinstance(leaf, kind):
                return verdict, str(leaf) or f"The case was not over after {limit_s:g} s."
    raise error


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
