"""What telemetry shows of roll-ups, health and uptime, and what it is told of outages."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.kit.instants import Instant
from backoffice.kit.numbers import PlainDecimal
from backoffice.telemetry.health import Health
from backoffice.telemetry.models import ExclusionRow
from backoffice.telemetry.ports import Exclusion, Port
from backoffice.telemetry.rollup_repository import Point
from backoffice.telemetry.series import Plan
from backoffice.telemetry.uptime import Cause, Uptime, Window
from protocol.domain.identifiers import StationId
from protocol.domain.metering import ENERGY_IMPORT_REGISTER


class PointView(BaseModel):
    """A bucket that has readings. `delta`: of the energy register, what was taken in it and since the one before."""

    at: datetime
    count: int
    mean: PlainDecimal
    minimum: PlainDecimal
    maximum: PlainDecimal
    first: PlainDecimal
    last: PlainDecimal
    delta: PlainDecimal | None


class LineView(BaseModel):
    """One line of a plot. `evse` null is the main meter, `phase` null all of them."""

    evse: int | None
    phase: str | None
    location: str
    unit: str
    points: list[PointView]


class SeriesView(BaseModel):
    """A plot: its lines' points lie `step_s` apart, from `begin` on."""

    measurand: str
    begin: datetime
    end: datetime
    step_s: int
    lines: list[LineView]

    @classmethod
    def of(cls, plan: Plan, points: Sequence[Point], *, measurand: str) -> Self:
        """The points, line by line."""
        has_delta = measurand == ENERGY_IMPORT_REGISTER
        lines = [
            LineView(
                evse=evse or None,
                phase=phase or None,
                location=location,
                unit=unit,
                points=[_point_view(point, has_delta=has_delta) for point in line],
            )
            for (evse, phase, location, unit), line in groupby(points, key=lambda point: point[:4])
        ]
        step_s = int(plan.step.total_seconds())
        return cls(measurand=measurand, begin=plan.begin, end=plan.end, step_s=step_s, lines=lines)


class WindowView(BaseModel):
    """From then until then."""

    begin: datetime
    end: datetime


class HealthView(BaseModel):
    """How a station is; what was counted lies in [`begin`, `end`). `clock_ahead_s` is below zero where it is behind."""

    begin: datetime
    end: datetime
    last_seen_at: datetime | None
    booted_at: datetime | None
    vendor: str | None
    model: str | None
    firmware_version: str | None
    boots: int
    faults: int
    security_events: int
    refused_connections: int
    offline: list[WindowView]
    offline_s: int
    clock_ahead_s: float | None

    @classmethod
    def of(cls, health: Health) -> Self:
        """As it is shown."""
        boot = health.last_boot
        said = boot.data if boot else {}
        ahead = health.clock_ahead
        return cls(
            begin=health.window.begin,
            end=health.window.end,
            last_seen_at=health.last_seen_at,
            booted_at=boot.received_at if boot else None,
            vendor=said.get("vendor"),
            model=said.get("model"),
            firmware_version=said.get("firmware_version"),
            **health.counted._asdict(),
            offline=[WindowView(begin=one.begin, end=one.end) for one in health.offline],
            offline_s=int(sum((one.end - one.begin).total_seconds() for one in health.offline)),
            clock_ahead_s=None if ahead is None else round(ahead.total_seconds(), 3),
        )


class UptimeView(BaseModel):
    """One port's uptime by 23 CFR 680.116(b), in whole minutes; `excluded` is a part of `outage`."""

    station_id: str
    evse: int
    location_id: str
    total_minutes: int
    outage_minutes: int
    excluded_minutes: int
    uptime_percent: PlainDecimal | None

    @classmethod
    def of(cls, port: Port, uptime: Uptime) -> Self:
        """As it is shown."""
        return cls(
            **port._asdict(),
            total_minutes=int(uptime.total.total_seconds() // 60),
            outage_minutes=int(uptime.outage.total_seconds() // 60),
            excluded_minutes=int(uptime.excluded.total_seconds() // 60),
            uptime_percent=uptime.percent,
        )


class UptimePage(BaseModel):
    """Ports of some stations, over [`begin`, `end`); `next_cursor` null on the last page."""

    begin: datetime
    end: datetime
    items: list[UptimeView]
    next_cursor: str | None


class NewExclusion(Body):
    """Why an outage is not the operator's: without `evse` of all ports of the station."""

    station_id: Annotated[str, Field(min_length=1, max_length=48)]
    evse: Annotated[int, Field(ge=1, le=2**15 - 1)] | None = None
    since: Instant
    until: Instant
    cause: Cause
    note: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.until <= self.since:
            raise ValueError("`until` is not later than `since`")
        return self

    def exclusion(self) -> Exclusion:
        """As telemetry has it."""
        return Exclusion(
            station_id=StationId(self.station_id),
            evse=self.evse,
            window=Window(self.since, self.until),
            cause=self.cause,
            note=self.note,
        )


class ExclusionView(BaseModel):
    """Minutes that do not count as outage."""

    id: str
    station_id: str
    evse: int | None
    since: datetime
    until: datetime
    cause: Cause
    note: str
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, row: ExclusionRow) -> Self:
        """A row as it is shown."""
        return cls.model_validate(row, from_attributes=True)


def _point_view(point: Point, *, has_delta: bool) -> PointView:
    return PointView(
        at=point.begins_at,
        count=point.readings,
        mean=round(point.mean, 6).normalize() if point.mean.is_finite() else point.mean,
        minimum=point.minimum,
        maximum=point.maximum,
        first=point.first,
        last=point.last,
        delta=point.rise if has_delta else None,
    )
