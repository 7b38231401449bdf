"""Charging limits by REST: what the station accepted, and its composite schedule beside ours."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel

from backoffice.kit.guards import StationsReader
from backoffice.stations import energy_repository, known_repository
from backoffice.stations.command_desk import QUEUED, DeskDep, StationsDep, queued
from backoffice.stations.command_schemas import Answered
from backoffice.stations.limit_bodies import CompositeScheduleBody
from backoffice.stations.limits import differences, limits_now, our_schedule, profile_of, schedules_of
from backoffice.stations.models import ExternalLimit, InstalledLimit, Station
from protocol.blocks.smart_charging.messages import CompositeScheduleReply
from protocol.domain.charging_profile import ChargingSchedule

router = APIRouter(prefix="/stations/{station_id}", tags=["commands"])

Json = Any  # Any: a charging profile or schedule as JSON


class LimitView(BaseModel):
    """A profile that the station accepted or reported; `evse` null is the station's, `source` CSO is ours."""

    profile_id: int
    evse: int | None
    source: str
    set_at: datetime
    profile: Json


class ExternalLimitView(BaseModel):
    """A limit that somebody else set; no schedules: the station did not say how."""

    evse: int | None
    source: str
    is_grid_critical: bool | None
    notified_at: datetime
    schedules: Json

    @classmethod
    def of(cls, limit: ExternalLimit) -> "ExternalLimitView":
        return cls(
            evse=limit.evse or None,
            source=limit.source,
            is_grid_critical=limit.is_grid_critical,
            notified_at=limit.changed_at,
            schedules=msgspec.to_builtins(schedules_of(limit)),
        )


class LimitsView(BaseModel):
    """The profiles that the station accepted, the limits of others, and what they come to in W at this instant."""

    profiles: list[LimitView]
    external: list[ExternalLimitView]
    station_limit_w: Decimal
    evse_limits_w: dict[int, Decimal]


class DifferenceView(BaseModel):
    """From this second of the schedule on the two limits are not the same."""

    second: int
    ours: Decimal | None
    theirs: Decimal | None


class CompositeScheduleView(Answered):
    """The station's schedule, ours over the same time by what it accepted, and where they differ."""

    status: str
    evse: int | None
    starts_at: datetime | None
    theirs: Json
    ours: Json
    differences: list[DifferenceView]


@router.get("/limits")
async def list_limits(
    station_id: str,
    operator: StationsReader,
    stations: StationsDep,
    at: Annotated[AwareDatetime | None, Query()] = None,
) -> LimitsView:
    """What limits the station, by what it accepted."""
    async with stations.database.snapshot(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
        limits = await known_repository.list_limits(unit, station_id)
        external = await energy_repository.list_external_limits(unit, station_id)
    return await asyncio.to_thread(_view, station, limits, external, at or stations.clock())


@router.post("/commands/composite_schedule", response_model=CompositeScheduleView, responses=QUEUED)
async def composite_schedule(
    body: CompositeScheduleBody, desk: DeskDep, stations: StationsDep
) -> CompositeScheduleView | JSONResponse:
    """GetCompositeSchedule, compared with our own arithmetic."""
    carried = await desk.carry_out(body.message())
    if carried.reply is None:
        return queued(carried)
    reply = carried.reply
    assert isinstance(reply, CompositeScheduleReply)
    async with stations.database.snapshot(desk.tenant) as unit:
        limits = await known_repository.list_limits(unit, desk.station.id)
        external = await energy_repository.list_external_limits(unit, desk.station.id)
    ours, found = await asyncio.to_thread(_compare, desk.station, limits, external, reply, body.duration_s)
    return CompositeScheduleView(
        command_id=carried.command_id,
        status=reply.status,
        evse=reply.evse,
        starts_at=reply.starts_at,
        theirs=_shown(reply.schedule),
        ours=_shown(ours),
        differences=[DifferenceView(second=second, ours=mine, theirs=theirs) for second, mine, theirs in found],
    )


def _view(
    station: Station, limits: Sequence[InstalledLimit], external: Sequence[ExternalLimit], at: datetime
) -> LimitsView:
    watts = limits_now(station, limits, external, at)
    return LimitsView(
        profiles=[
            LimitView(
                profile_id=limit.profile_id,
                evse=limit.evse or None,
                source=limit.source,
                set_at=limit.set_at,
                profile=msgspec.to_builtins(profile_of(limit), str_keys=True),
            )
            for limit in limits
        ],
        external=[ExternalLimitView.of(limit) for limit in external],
        station_limit_w=watts[None],
        evse_limits_w={evse.evse: watts[evse.evse] for evse in station.evses},
    )


def _compare(
    station: Station,
    limits: Sequence[InstalledLimit],
    external: Sequence[ExternalLimit],
    theirs: CompositeScheduleReply,
    asked_s: int,
) -> tuple[ChargingSchedule | None, list[tuple[int, Decimal | None, Decimal | None]]]:
    ours = our_schedule(station, limits, external, theirs, asked_s=asked_s)
    return ours, differences(ours, theirs.schedule) if ours is not None and theirs.schedule is not None else []


def _shown(schedule: ChargingSchedule | None) -> Json:
    return None if schedule is None else msgspec.to_builtins(schedule)
