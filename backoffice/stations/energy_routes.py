"""By REST: profiles that stations report, firmware that they publish, and what vehicles want."""

from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from backoffice.kit.guards import StationsReader
from backoffice.stations import energy_repository
from backoffice.stations.command_desk import QUEUED, DeskDep, StationsDep
from backoffice.stations.command_schemas import CommandView
from backoffice.stations.energy_bodies import (
    ChargingProfilesBody,
    EnergyTransferBody,
    PriorityBody,
    PublishFirmwareBody,
    ScheduleUpdateBody,
    UnpublishFirmwareBody,
)
from backoffice.stations.models import VehicleNeeds

router = APIRouter(prefix="/stations/{station_id}", tags=["commands"])

Json = Any  # Any: a fact as JSON


class VehicleView(BaseModel):
    """What the vehicle at an EVSE said: its needs and the answer, and how it means to charge.

    `planned_for` is the transaction that a profile was made for.
    """

    evse: int
    needs: Json
    needs_at: datetime | None
    schedule: Json
    schedule_at: datetime | None
    planned_for: str | None
    plans: int

    @classmethod
    def of(cls, row: VehicleNeeds) -> "VehicleView":
        return cls(
            evse=row.evse,
            needs=None if row.needs is None else msgspec.json.decode(row.needs),
            needs_at=row.needs_at,
            schedule=None if row.schedule is None else msgspec.json.decode(row.schedule),
            schedule_at=row.schedule_at,
            planned_for=row.planned_for,
            plans=row.plans,
        )


@router.get("/vehicles")
async def list_charging_vehicles(station_id: str, operator: StationsReader, stations: StationsDep) -> list[VehicleView]:
    """The vehicles that said something, by EVSE."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await energy_repository.list_needs(unit, station_id)
    return [VehicleView.of(row) for row in rows if row.needs is not None or row.schedule is not None]


@router.post("/commands/get_charging_profiles", response_model=CommandView, responses=QUEUED)
async def get_charging_profiles(body: ChargingProfilesBody, desk: DeskDep) -> CommandView | JSONResponse:
    """GetChargingProfiles (2.x)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/commands/update_limit", response_model=CommandView, responses=QUEUED)
async def update_limit(body: ScheduleUpdateBody, desk: DeskDep) -> CommandView | JSONResponse:
    """UpdateDynamicSchedule (2.1)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/commands/priority", response_model=CommandView, responses=QUEUED)
async def priority(body: PriorityBody, desk: DeskDep) -> CommandView | JSONResponse:
    """UsePriorityCharging (2.1)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/commands/allow_energy_transfer", response_model=CommandView, responses=QUEUED)
async def allow_energy_transfer(body: EnergyTransferBody, desk: DeskDep) -> CommandView | JSONResponse:
    """NotifyAllowedEnergyTransfer (2.1)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/commands/publish_firmware", response_model=CommandView, responses=QUEUED)
async def publish_firmware(body: PublishFirmwareBody, desk: DeskDep) -> CommandView | JSONResponse:
    """PublishFirmware (2.x, local controllers)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/commands/unpublish_firmware", response_model=CommandView, responses=QUEUED)
async def unpublish_firmware(body: UnpublishFirmwareBody, desk: DeskDep) -> CommandView | JSONResponse:
    """UnpublishFirmware (2.x, local controllers)."""
    return await desk.ask(body.message(), CommandView.of)
