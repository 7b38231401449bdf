"""Profiles by REST: a driver's own profile and vehicles, and the end of their account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response, status as http

from backoffice.kit.auth import Driver
from backoffice.kit.guards import UsersWriter
from backoffice.kit.service import provided
from backoffice.profiles import repository
from backoffice.profiles.departures import Departures
from backoffice.profiles.domain import etag_of
from backoffice.profiles.schemas import DeletionBody, ProfileBody, ProfileView, VehicleBody, VehicleView
from backoffice.profiles.service import Profiles, vehicle_of

router = APIRouter(prefix="/profiles", tags=["profiles"])
ProfilesDep = Annotated[Profiles, Depends(provided(Profiles))]
DeparturesDep = Annotated[Departures, Depends(provided(Departures))]
IfMatch = Annotated[str | None, Header(description="The ETag of what you saw: else the answer is 412.")]


@router.get("/me")
async def read_profile(driver: Driver, profiles: ProfilesDep, response: Response) -> ProfileView:
    """My profile."""
    profile = await profiles.read(driver.tenant, driver.subject)
    response.headers["ETag"] = etag_of(profile)
    return ProfileView.of(driver.subject, profile)


@router.put("/me")
async def save_profile(
    body: ProfileBody, driver: Driver, profiles: ProfilesDep, response: Response, if_match: IfMatch = None
) -> ProfileView:
    """My profile, as said from now on."""
    profile = await profiles.save(driver.tenant, driver.subject, body.profile(), if_match=if_match)
    response.headers["ETag"] = etag_of(profile)
    return ProfileView.of(driver.subject, profile)


@router.delete("/me", status_code=http.HTTP_204_NO_CONTENT)
async def delete_me(body: DeletionBody, driver: Driver, departures: DeparturesDep) -> None:
    """My account is gone with its cards and logins, and every service forgets me. What the law asks of invoices stays.

    Not while a session runs, a reservation stands or money is owed, by either side (409).
    """
    await departures.delete(
        driver.tenant,
        driver.subject,
        password=body.password.get_secret_value(),
        second_factor=body.second_factor,
    )


@router.delete("/{driver_id}", status_code=http.HTTP_204_NO_CONTENT)
async def delete_driver(driver_id: str, operator: UsersWriter, departures: DeparturesDep) -> None:
    """The same for a driver who asked an operator."""
    await departures.delete_for(operator.tenant, driver_id)


@router.get("/me/vehicles")
async def list_vehicles(driver: Driver, profiles: ProfilesDep) -> list[VehicleView]:
    """My vehicles, the oldest first."""
    async with profiles.database.transaction(driver.tenant) as unit:
        return [VehicleView.of(row) for row in await repository.list_vehicles(unit, driver.subject)]


@router.post("/me/vehicles", status_code=http.HTTP_201_CREATED)
async def add_vehicle(body: VehicleBody, driver: Driver, profiles: ProfilesDep, response: Response) -> VehicleView:
    """One more vehicle; the first one is the default."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.add_vehicle(unit, driver.subject, body.vehicle())
    response.headers["ETag"] = etag_of(vehicle_of(row))
    return VehicleView.of(row)


@router.get("/me/vehicles/{vehicle_id}")
async def read_vehicle(vehicle_id: str, driver: Driver, profiles: ProfilesDep, response: Response) -> VehicleView:
    """A vehicle of mine."""
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.find_vehicle(unit, driver.subject, vehicle_id)
    response.headers["ETag"] = etag_of(vehicle_of(row))
    return VehicleView.of(row)


@router.put("/me/vehicles/{vehicle_id}")
async def save_vehicle(
    vehicle_id: str,
    body: VehicleBody,
    driver: Driver,
    profiles: ProfilesDep,
    response: Response,
    if_match: IfMatch = None,
) -> VehicleView:
    """The vehicle, as said from now on."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.save_vehicle(unit, driver.subject, vehicle_id, body.vehicle(), if_match=if_match)
    response.headers["ETag"] = etag_of(vehicle_of(row))
    return VehicleView.of(row)


@router.delete("/me/vehicles/{vehicle_id}", status_code=http.HTTP_204_NO_CONTENT)
async def delete_vehicle(vehicle_id: str, driver: Driver, profiles: ProfilesDep, if_match: IfMatch = None) -> None:
    """The vehicle is gone."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        await profiles.delete_vehicle(unit, driver.subject, vehicle_id, if_match=if_match)
