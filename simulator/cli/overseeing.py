"""A fleet in the foreground: a line that says how it is, Ctrl-C, and what became of it in the end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime

from simulator.errors import CsmsUnreachable
from simulator.fleet import FleetSummary

INTERRUPTED = 130

_PATIENCE_S = 15.0
_LINE_EVERY_S = 1.0
_PIPED_LINE_EVERY_S = 10.0
_LOOK_EVERY_S = 0.25


def nowhen() -> None:
    """The time of a fleet that lives in the present: nobody needs to be told."""


async def oversee(
    life: Coroutine[None, None, None],
    stop: asyncio.Event,
    *,
    summary: Callable[[], FleetSummary],
    url: str,
    duration_s: float | None,
    at: Callable[[], datetime | None] = nowhen,
    show: Callable[[FleetSummary, datetime | None, float], None] | None = None,
) -> int:
    """Let the fleet live until its duration is over, Ctrl-C or `stop`; 0, or 130 after a second Ctrl-C.

    `url` is one station's, `at` the time of a past day. `show` tells people how it is after so many seconds; None: as a
    line. Raises CsmsUnreachable where no station connects at all.
    """
    living, loop = asyncio.ensure_future(life), asyncio.get_running_loop()
    is_interrupted_twice = False

    def on_interrupt() -> None:
        nonlocal is_interrupted_twice
        if not stop.is_set():
            say_line("stopping: running transactions end now; Ctrl-C again quits at once", is_last=True)
            stop.set()
            return
        is_interrupted_twice = True
        living.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_interrupt)
    try:
        await _watch(living, stop, summary=summary, url=url, duration_s=duration_s, at=at, show=show or say_summary)
        await living
    except asyncio.CancelledError:
        if is_interrupted_twice:
            return INTERRUPTED
        raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        living.cancel()
        await asyncio.wait((living,))
    say_line(_describe_end(summary()), is_last=True)
    return 0


async def _watch(
    living: asyncio.Future[None],
    stop: asyncio.Event,
    *,
    summary: Callable[[], FleetSummary],
    url: str,
    duration_s: float | None,
    at: Callable[[], datetime | None],
    show: Callable[[FleetSummary, datetime | None, float], None],
) -> None:
    """Keep the summary line fresh until the fleet is told to stop. Raises CsmsUnreachable."""
    loop = asyncio.get_running_loop()
    began_at = said_at = loop.time()
    every_s = _LINE_EVERY_S if sys.stdout.isatty() else _PIPED_LINE_EVERY_S
    while not stop.is_set() and not living.done():
        await asyncio.wait((living,), timeout=_LOOK_EVERY_S)
        elapsed_s, now = loop.time() - began_at, summary()
        is_over = duration_s is not None and elapsed_s >= duration_s
        if not now.has_been_online and (is_over or elapsed_s > _PATIENCE_S):
            raise CsmsUnreachable(url, now.last_failure or "no answer")
        if is_over:
            stop.set()
        if loop.time() - said_at >= every_s:
            said_at = loop.time()
            show(now, at(), elapsed_s)


def say_summary(summary: FleetSummary, at: datetime | None, _elapsed_s: float) -> None:
    """How the fleet is, as one line."""
    say_line(("" if at is None else f"{at:%Y-%m-%d %H:%M} · ") + _describe(summary))


def _describe(summary: FleetSummary) -> str:
    words = [
        f"stations online {summary.online}/{summary.stations}",
        f"charging {summary.charging}",
        f"sessions ended {summary.sessions_ended}, acknowledged {summary.sessions_acknowledged}",
        f"energy {summary.energy_wh / 1000:.3f} kWh",
    ]
    if summary.parked or summary.stays_ended:
        words.append(f"parked {summary.parked}, stays ended {summary.stays_ended}")
    failure = f" · {summary.last_failure}" if summary.last_failure and summary.online < summary.stations else ""
    return " · ".join(words) + failure


def _describe_end(summary: FleetSummary) -> str:
    delivered = f"ended: {summary.sessions_ended} sessions, {summary.energy_wh / 1000:.3f} kWh"
    if summary.stays_ended:
        delivered += f", {summary.stays_ended} stays ({summary.stays_acknowledged} confirmed by the platform)"
    lost = summary.sessions_ended - summary.sessions_acknowledged
    return (
        f"{delivered}, {lost} sessions not confirmed by the CSMS" if lost else f"{delivered}, all confirmed by the CSMS"
    )


def say_line(text: str, *, is_last: bool = False) -> None:
    """A line, in the place of the one before where people watch."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="\n" if is_last else "", flush=True)
    else:
        print(text, flush=True)
