"""What telemetry keeps, and in which months and days.

Invariants:
1. A reading is known by (tenant, station, evse, measured_at, measurand, phase, location, context).
2. The partitions cover the months from `MONTHS_BACK` ago to `MONTHS_AHEAD` from now, without a gap.
3. A frame is known by (tenant, station, at, frame_id), which its event and its place in it say: it is a row once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from protocol.domain.identifiers import StationId, TenantId, TransactionId

MONTHS_BACK = 3
MONTHS_AHEAD = 2
DAYS_AHEAD = 2


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One measured value. `evse` 0 is the main meter, `phase` "" all of them; `value` is decimal text.

    There are more of them than of anything else: a Struct is made in a fifth of a dataclass's time.
    """

    tenant_id: TenantId
    station_id: StationId
    evse: int
    measured_at: datetime
    measurand: str
    phase: str
    location: str
    context: str
    value: str
    unit: str
    transaction_id: TransactionId | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class StationEvent:
    """A fact about a station. `data` is the fact's own Struct as JSON types."""

    tenant_id: TenantId
    event_id: str
    station_id: StationId
    event_type: str
    occurred_at: datetime
    received_at: datetime
    data: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class PortSaid:
    """What stations said of a port, or with `evse` None of the station, from `at` on."""

    tenant_id: TenantId
    station_id: StationId
    at: datetime
    event_id: str
    evse: int | None
    location_id: str
    status: str | None
    is_online: bool


@dataclass(frozen=True, slots=True)
class ClosedPlaces:
    """A closure as it was said at `said_at`. `places` are JSON, as the contract has them."""

    tenant_id: TenantId
    closure_id: str
    location_id: str
    places: Sequence[Mapping[str, Any]]  # Any: JSON
    since: datetime
    until: datetime | None
    is_planned: bool
    said_at: datetime


@dataclass(frozen=True, slots=True)
class ReopenedPlaces:
    """The end of a closure."""

    tenant_id: TenantId
    closure_id: str
    location_id: str
    places: Sequence[Mapping[str, Any]]  # Any: JSON
    at: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """A month of UTC, and the partition that holds it."""

    year: int
    month: int

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def following(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def partition(self) -> str:
        """The name of its table."""
        return f"readings_{self.year:04d}_{self.month:02d}"


def months_around(now: datetime) -> Iterator[Month]:
    """The months that have partitions of their own."""
    position = now.year * 12 + now.month - 1
    for month in range(position - MONTHS_BACK, position + MONTHS_AHEAD + 1):
        yield Month(month // 12, month % 12 + 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the message log. `direction` is `in` or `out`, seen from the CSMS."""

    tenant_id: TenantId
    station_id: StationId
    at: datetime
    frame_id: str
    direction: str
    action: str
    message_id: str
    verdict: str
    deviations: tuple[str, ...]
    text: str
    is_truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSearch:
    """Which frames of a station are looked for, in [begin, end); None says nothing about it."""

    begin: datetime
    end: datetime
    direction: str | None = None
    action: str | None = None
    verdict: str | None = None
    message_id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSearch:
    """Which readings of one measurand are looked for, in [begin, end); None says nothing about it."""

    begin: datetime
    end: datetime
    measurand: str
    station_id: StationId | None = None
    transaction_id: TransactionId | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of UTC, and the partition that holds it."""

    date: date

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.date, time(), UTC)

    @property
    def following(self) -> "Day":
        """The day after it."""
        return Day(self.date + timedelta(days=1))

    @property
    def partition(self) -> str:
        """The name of its table; names sort as days do."""
        return f"frames_{self.date:%Y_%m_%d}"


def days_around(now: datetime, *, kept_days: int) -> Iterator[Day]:
    """The days whose frames are kept, and those ahead."""
    for offset in range(-kept_days, DAYS_AHEAD + 1):
        yield Day(now.astimezone(UTC).date() + timedelta(days=offset))
