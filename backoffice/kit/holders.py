"""Who has a connection of the pool, and where he stands: for the log line that says that none is free."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

_OURS = f"/{Path(__file__).parents[1].name}/"
_SHOWN = 3


class Holders:
    """Those who have a connection now, since when on the loop's clock."""

    def __init__(self) -> None:
        self._since: dict[object, tuple[asyncio.Task[Any] | None, float]] = {}

    @contextmanager
    def holding(self) -> Iterator[None]:
        """The task that runs has a connection inside."""
        place = object()
        self._since[place] = asyncio.current_task(), asyncio.get_running_loop().time()
        try:
            yield
        finally:
            del self._since[place]

    def describe(self) -> Sequence[str]:
        """For each, since when, and the innermost lines of ours in which it waits, outermost first."""
        now = asyncio.get_running_loop().time()
        return [f"{now - since:.1f} s: {_where(task)}" for task, since in self._since.values()]


def _where(task: asyncio.Task[Any] | None) -> str:
    frames = [] if task is None else list(_frames(task.get_coro()))
    ours = [frame for frame in frames if _OURS in frame.f_code.co_filename]
    return " > ".join(
        f"{frame.f_code.co_qualname} ({Path(frame.f_code.co_filename).name}:{frame.f_lineno})"
        for frame in ours[-_SHOWN:]
    )


def _frames(awaited: Any) -> Iterator[FrameType]:  # Any: a coroutine, or whatever else can be awaited
    """The frames of a coroutine and of what it waits for, as far as they can be followed."""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame is not None:
            yield frame
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
