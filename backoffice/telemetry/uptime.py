"""Uptime of charging ports, as the NEVI programme defines it.

Invariants:
1. A port is up when its hardware and software are online and it is available, or in use as intended; a fault, a status
   of unavailable, a station that cannot be reached and a port that was closed without a plan are outage
   (23 CFR 680.116(b)(1)).
2. Uptime is (total - (outage - excluded)) / total, in per cent, over the year that ends with the month
   (680.116(b)(2)-(3)).
3. Excluded are minutes of outage alone, each once whatever speaks for it: interruptions of the utility, faults of
   vehicles, scheduled maintenance, vandalism and natural disasters, and hours outside of those of operation.
4. Before a port was first heard of, and in time that is to come, there is neither up nor down: `total` is less.

Source: 23 CFR 680.116(b).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from protocol.domain.status import ConnectorStatus

_DOWN = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})
_PLACES = Decimal("0.001")
_MONTHS = 12


class Cause(StrEnum):
    """What the operator of a port is not answerable for."""

    UTILITY = "utility"
    VEHICLE = "vehicle"
    MAINTENANCE = "maintenance"
    VANDALISM = "vandalism"
    NATURAL = "natural"
    OUT_OF_HOURS = "out_of_hours"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `begin` until before `end`."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PortChange:
    """What holds of a port from `at` on; None: nothing new is said of it. `is_of_station`: it is of all its ports."""

    at: datetime
    is_online: bool
    status: ConnectorStatus | None = None
    is_of_station: bool = False


@dataclass(frozen=True, slots=True)
class Uptime:
    """How much of the time a port was up. `excluded` is a part of `outage`."""

    total: timedelta
    outage: timedelta
    excluded: timedelta

    @property
    def percent(self) -> Decimal | None:
        """The uptime to three places, rounded half to even; None of a port that nobody had heard of."""
        if not self.total:
            return None
        up = self.total - (self.outage - self.excluded)
        return (Decimal(100) * _micros(up) / _micros(self.total)).quantize(_PLACES)


def year_until(year: int, month: int) -> Window:
    """The twelve months that end with this one, in UTC."""
    end = datetime(year + month // _MONTHS, month % _MONTHS + 1, 1, tzinfo=UTC)
    return Window(end.replace(year=end.year - 1), end)


def measure_uptime(
    window: Window, changes: Iterable[PortChange], excluded: Iterable[Window], closed: Iterable[Window] = ()
) -> Uptime:
    """The port's uptime within the window. Of two changes at one time the later in `changes` holds.

    `closed`: when nobody could use the port, whatever it said of itself.
    """
    ordered = sorted(changes, key=lambda change: change.at)
    if not ordered:
        return Uptime(timedelta(), timedelta(), timedelta())
    counted = Window(max(window.begin, ordered[0].at), window.end)
    if counted.begin >= counted.end:
        return Uptime(timedelta(), timedelta(), timedelta())
    outages = clipped(united([*outages_of(ordered, until=window.end), *closed]), counted)
    forgiven = [part for cause in united(excluded) for part in clipped(outages, cause)]
    return Uptime(counted.end - counted.begin, _length(outages), _length(forgiven))


def outages_of(ordered: Sequence[PortChange], *, until: datetime) -> list[Window]:
    """When the port was down, one after the other; `ordered` by time."""
    outages: list[Window] = []
    is_online, of_port, of_station = True, ConnectorStatus.AVAILABLE, ConnectorStatus.AVAILABLE
    since: datetime | None = None
    for change in ordered:
        is_online = change.is_online
        if change.status is not None and change.is_of_station:
            of_station = change.status
        elif change.status is not None:
            of_port = change.status
        is_down = not is_online or of_port in _DOWN or of_station in _DOWN
        if is_down and since is None:
            since = change.at
        elif not is_down and since is not None:
            outages.append(Window(since, change.at))
            since = None
    if since is not None:
        outages.append(Window(since, until))
    return [outage for outage in outages if outage.begin < outage.end]


def united(windows: Iterable[Window]) -> list[Window]:
    """The same times, in order, none of them twice."""
    result: list[Window] = []
    for window in sorted(windows):
        if window.begin >= window.end:
            continue
        if result and window.begin <= result[-1].end:
            result[-1] = Window(result[-1].begin, max(result[-1].end, window.end))
        else:
            result.append(window)
    return result


def clipped(windows: Iterable[Window], within: Window) -> list[Window]:
    """What of the windows lies within."""
    cut = (Window(max(window.begin, within.begin), min(window.end, within.end)) for window in windows)
    return [window for window in cut if window.begin < window.end]


def _length(windows: Iterable[Window]) -> timedelta:
    return sum((window.end - window.begin for window in windows), timedelta())


def _micros(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
