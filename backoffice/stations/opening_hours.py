"""Opening hours in the words of OCPI 2.2.1 §8.4.14 (Hours), §8.4.21 (RegularHours) and §8.4.11 (ExceptionalPeriod).

Regular hours are in the location's time zone; `period_end` 00:00 is midnight at the end of that day. Exceptions are
instants, and a closing wins over an opening.
"""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from backoffice.kit.bodies import Body

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_DAY_MINUTES = 24 * 60


class RegularHours(Body):
    """Open on a day of the week, Monday is 1."""

    weekday: int = Field(ge=1, le=7)
    period_begin: TimeOfDay
    period_end: TimeOfDay

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        begin, end = self.minutes
        if end <= begin:
            raise ValueError("a period ends on its day: one past midnight is two")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """The minutes of the day, half-open."""
        return _minute_of(self.period_begin), _minute_of(self.period_end) or _DAY_MINUTES


class ExceptionalPeriod(Body):
    """Open or closed against the rule, from an instant to another."""

    period_begin: AwareDatetime
    period_end: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.period_end <= self.period_begin:
            raise ValueError("period_end is after period_begin")
        return self

    def holds(self, at: datetime) -> bool:
        return self.period_begin <= at < self.period_end


class Hours(Body):
    """When a location is open: always, or in regular hours, but for exceptions."""

    twentyfourseven: bool
    regular_hours: list[RegularHours] = Field(default_factory=list, max_length=70)
    exceptional_openings: list[ExceptionalPeriod] = Field(default_factory=list, max_length=200)
    exceptional_closings: list[ExceptionalPeriod] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.twentyfourseven and self.regular_hours:
            raise ValueError("what is open at all times has no regular_hours")
        if not self.twentyfourseven and not self.regular_hours:
            raise ValueError("regular_hours are missing: it is not open at all times")
        by_begin = sorted((one.weekday, *one.minutes) for one in self.regular_hours)
        for (day, _, end), (next_day, begin, _) in pairwise(by_begin):
            if day == next_day and begin < end:
                raise ValueError(f"regular_hours of weekday {day} overlap")
        return self

    def is_open(self, at: datetime, *, timezone: str) -> bool:
        """Whether it is open at an instant."""
        if any(period.holds(at) for period in self.exceptional_closings):
            return False
        if self.twentyfourseven or any(period.holds(at) for period in self.exceptional_openings):
            return True
        there = at.astimezone(ZoneInfo(timezone))
        minute = there.hour * 60 + there.minute
        return any(
            one.weekday == there.isoweekday() and one.minutes[0] <= minute < one.minutes[1]
            for one in self.regular_hours
        )


def _minute_of(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
