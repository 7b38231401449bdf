"""What one timer costs: in the fleet's wake-ups, which one pulse serves, and as a task that sleeps."""

import asyncio
import time

import uvloop

from simulator.chance import Chance
from simulator.fleet import PULSE_S
from simulator.wake_ups import Sleeper, WakeUps

_PERIOD_S = 1.0
_PERIODS = 5


class _Sleeper(Sleeper):
    """What is woken: it does nothing but ask for the next time."""

    __slots__ = ("wakes",)

    def __init__(self) -> None:
        super().__init__()
        self.wakes = 0


def measure_timers(count: int) -> dict[str, float]:
    """CPU µs for a timer that goes off and is set again, `count` of them running, each once a second."""
    task_us = uvloop.run(_measure_tasks(count))
    wake_up_us = _measure_wake_ups(count)
    return {
        "us_per_wake_up": round(wake_up_us, 2),
        "us_per_task_that_sleeps": round(task_us, 2),
        "ratio": round(task_us / wake_up_us, 1),
    }


def _measure_wake_ups(count: int) -> float:
    chance, wake_ups = Chance("timers"), WakeUps[_Sleeper]()
    for _ in range(count):
        wake_ups.schedule(_Sleeper(), chance.between(0, _PERIOD_S))
    ticks = round(_PERIODS * _PERIOD_S / PULSE_S)
    began = time.process_time()
    wakes = 0
    for tick in range(ticks):
        now = tick * PULSE_S
        for sleeper in wake_ups.take_due(now):
            sleeper.wakes += 1
            wakes += 1
            wake_ups.schedule(sleeper, now + _PERIOD_S)
    return (time.process_time() - began) / wakes * 1e6


async def _measure_tasks(count: int) -> float:
    chance, sleepers = Chance("timers"), [_Sleeper() for _ in range(count)]

    async def live(sleeper: _Sleeper, first_s: float) -> None:
        await asyncio.sleep(first_s)
        while True:
            sleeper.wakes += 1
            await asyncio.sleep(_PERIOD_S)

    tasks = [asyncio.create_task(live(sleeper, chance.between(0, _PERIOD_S))) for sleeper in sleepers]
    await asyncio.sleep(_PERIOD_S)
    began, wakes = time.process_time(), sum(sleeper.wakes for sleeper in sleepers)
    await asyncio.sleep(_PERIODS * _PERIOD_S)
    used_s, wakes = time.process_time() - began, sum(sleeper.wakes for sleeper in sleepers) - wakes
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return used_s / wakes * 1e6
