"""How often one connection of a station needed which rule: counted in memory, said as facts now and then.

Invariants:
1. A rule's first use on a connection may be said at once (`first_uses`); its later uses wait for the next `due`, which
   says something at most every `COALESCE_S` seconds, and at the close.
2. Counts go up and are never reset, so that a fact replaces the one before it of the same rule.
3. At most `MOST_RULES` rules are counted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from csms.telemetry import DEVIATIONS
from protocol.ocppj.repairs import Deviation
from protocol.tolerance.events import StationDeviated

COALESCE_S = 60.0
MOST_RULES = 64


@dataclass(slots=True)
class _Count:
    count: int
    said: int
    last_at: datetime
    last_detail: str


class DeviationBook:
    """The counts of one connection."""

    def __init__(self, opened_at: datetime) -> None:
        self._opened_at = opened_at
        self._said_at = opened_at
        self._counts: dict[str, _Count] = {}

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were needed, in the order of their first use."""
        return tuple(self._counts)

    def record(self, deviations: Iterable[Deviation], now: datetime) -> None:
        """They happened now."""
        for deviation in deviations:
            DEVIATIONS.labels(deviation.rule).inc()
            counted = self._counts.get(deviation.rule)
            if counted is None:
                if len(self._counts) >= MOST_RULES:
                    continue
                counted = self._counts[deviation.rule] = _Count(0, 0, now, "")
            counted.count += 1
            counted.last_at, counted.last_detail = now, deviation.detail

    def first_uses(self) -> Iterator[StationDeviated]:
        """The facts about rules of which nothing was said yet."""
        for rule, counted in self._counts.items():
            if not counted.said:
                yield self._say(rule, counted)

    def due(self, now: datetime, *, is_last: bool = False) -> Iterator[StationDeviated]:
        """The facts about rules that were needed again since they were last spoken of."""
        yield from self.first_uses()
        if not is_last and now - self._said_at < timedelta(seconds=COALESCE_S):
            return
        self._said_at = now
        for rule, counted in self._counts.items():
            if counted.said < counted.count:
                yield self._say(rule, counted)

    def _say(self, rule: str, counted: _Count) -> StationDeviated:
        counted.said = counted.count
        return StationDeviated(
            rule=rule,
            count=counted.count,
            counted_from=self._opened_at,
            last_at=counted.last_at,
            last_detail=counted.last_detail,
        )
