"""What is said of bays to the platform, and what becomes of it: the port of everybody in a car park.

Invariants:
1. What is said of one bay is heard in the order in which it was said.
2. Whoever says something hears once what became of it, now or later, unless the fleet ends before.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from simulator.parking.plan import Device


class Change(StrEnum):
    """What a device sees."""

    OCCUPIED = "occupied"
    VACATED = "vacated"


@dataclass(frozen=True, slots=True)
class BayReport:
    """A device says what it sees, at the time of its own clock."""

    tenant: str
    bay_id: str
    device: Device
    change: Change
    at: datetime
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A driver says by app that it is their vehicle that stands there, and came at `since`."""

    tenant: str
    bay_id: str
    driver: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Reserve:
    """A driver wants the bay for that time."""

    tenant: str
    bay_id: str
    driver: str
    begins_at: datetime
    ends_at: datetime


Word = BayReport | CheckIn | Reserve


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a word. `driver_id`: as whom the platform knows the driver who said it. `reason`: why not."""

    is_taken: bool
    driver_id: str | None = None
    reason: str = ""


TAKEN = Outcome(is_taken=True)

Heard = Callable[[Outcome], None]


class Speaker(Protocol):
    """Who brings words to the platform."""

    def say(self, word: Word, heard: Heard) -> None:
        """Begin to say it, behind what was said of the bay before."""

    def using(self, tasks: asyncio.TaskGroup) -> AbstractAsyncContextManager[None]:
        """Words are said by tasks of this group; what is not said at the end is given up."""

    async def drained(self, within_s: float) -> None:
        """Return once everything has been said, or after so many seconds."""
