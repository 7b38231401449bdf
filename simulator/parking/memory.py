"""A platform in memory, for fleets without one: it takes what is said of bays as ours does, and keeps it.

While it `is_down` what is said waits, in order.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from simulator.parking.words import TAKEN, BayReport, Change, CheckIn, Heard, Outcome, Reserve, Word


@dataclass(slots=True)
class BookedStay:
    """A stay as a platform has it."""

    bay_id: str
    began_at: datetime
    plate: str | None = None
    ended_at: datetime | None = None
    driver_id: str | None = None


class MemoryPlatform:
    """`words` is everything that was said, `stays` what became of it. A driver's id is `id of` their name."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.stays: list[BookedStay] = []
        self._reserved: dict[str, list[Reserve]] = {}
        self._newest: dict[str, datetime] = {}
        self._waiting: list[tuple[Word, Heard]] = []
        self._is_down = False

    @property
    def is_down(self) -> bool:
        return self._is_down

    @is_down.setter
    def is_down(self, is_down: bool) -> None:
        self._is_down = is_down
        while self._waiting and not self._is_down:
            word, heard = self._waiting.pop(0)
            heard(self._take(word))

    def say(self, word: Word, heard: Heard) -> None:
        """It is heard at once, or when the platform is back."""
        if self._is_down:
            self._waiting.append((word, heard))
        else:
            heard(self._take(word))

    @asynccontextmanager
    async def using(self, _tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Nothing is to be opened."""
        yield

    async def drained(self, within_s: float) -> None:
        """What waits is for whoever brings the platform back."""

    def _take(self, word: Word) -> Outcome:
        self.words.append(word)
        match word:
            case BayReport():
                self._note(word)
                return TAKEN
            case CheckIn():
                return self._give(word)
            case Reserve():
                return self._keep(word)

    def _keep(self, word: Reserve) -> Outcome:
        there = self._reserved.setdefault(word.bay_id, [])
        if any(one.begins_at < word.ends_at and word.begins_at < one.ends_at for one in there):
            return Outcome(is_taken=False, reason="somebody else has it then")
        there.append(word)
        return Outcome(is_taken=True, driver_id=_id_of(word.driver))

    def _note(self, report: BayReport) -> None:
        newest = self._newest.get(report.bay_id)
        if newest is not None and report.at < newest:
            return
        self._newest[report.bay_id] = report.at
        there = self._find(report.bay_id)
        if report.change is Change.VACATED:
            if there is not None:
                there.ended_at = report.at
            return
        if there is not None:
            if None in (there.plate, report.plate) or there.plate == report.plate:
                return
            there.ended_at = report.at
        holder = next((one for one in self._reserved.get(report.bay_id, ()) if _is_within(one, report.at)), None)
        driver_id = None if holder is None else _id_of(holder.driver)
        self.stays.append(BookedStay(report.bay_id, report.at, report.plate, driver_id=driver_id))

    def _give(self, word: CheckIn) -> Outcome:
        stay, driver_id = self._find(word.bay_id), _id_of(word.driver)
        if stay is None or stay.began_at < word.since:
            return Outcome(is_taken=False, reason="nobody has come since")
        if stay.driver_id not in (None, driver_id):
            return Outcome(is_taken=False, reason="another driver is there")
        stay.driver_id = driver_id
        return Outcome(is_taken=True, driver_id=driver_id)

    def _find(self, bay_id: str) -> BookedStay | None:
        return next((one for one in self.stays if one.bay_id == bay_id and one.ended_at is None), None)


def _id_of(driver: str) -> str:
    return f"id of {driver}"


def _is_within(reserve: Reserve, at: datetime) -> bool:
    return reserve.begins_at <= at < reserve.ends_at
