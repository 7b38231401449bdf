"""Tariffs' REST interface: prices are operators', estimates are everybody's."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from backoffice.kit.auth import Role
from backoffice.kit.guards import PlacesReader, TariffsReader, TariffsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.tariffs.estimate import Estimates
from backoffice.tariffs.estimate_schemas import EstimateView, NewEstimate, TariffTrial
from backoffice.tariffs.schemas import AssignmentsView, DriversView, GroupsView, NewAssignments, TariffView
from backoffice.tariffs.service import Tariffs
from protocol.domain.identifiers import DriverId

router = APIRouter(prefix="/tariffs", tags=["tariffs"])
TariffsDep = Annotated[Tariffs, Depends(provided(Tariffs))]
EstimatesDep = Annotated[Estimates, Depends(provided(Estimates))]
GroupId = Annotated[str, Path(min_length=1, max_length=64)]

# The body is taken as bytes: its numbers are money, and JSON parsers make floats of them.
_OCPI_BODY: dict[str, Any] = {  # Any: a piece of OpenAPI
    "requestBody": {
        "required": True,
        "description": "An OCPI 2.2.1 Tariff object (§11.3.1).",
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["id", "currency", "elements"]},
                "example": {
                    "id": "standard",
                    "currency": "EUR",
                    "elements": [
                        {"price_components": [{"type": "ENERGY", "price": 0.45, "vat": 21.0, "step_size": 1}]}
                    ],
                },
            }
        },
    }
}


@router.get("")
async def list_tariffs(
    operator: TariffsReader, tariffs: TariffsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[TariffView]:
    """The newest version of each tariff."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        found = await tariffs.list_newest(unit, cursor=cursor, limit=limit)
    return page_of(found, limit=limit, view=TariffView.of, key=lambda version: (version.tariff_id,))


@router.post("/estimate")
async def estimate_price(body: NewEstimate, principal: PlacesReader, estimates: EstimatesDep) -> EstimateView:
    """What it would cost there, by the function that makes the bill; for a driver by their own tariff."""
    driver_id = DriverId(principal.subject) if principal.role is Role.DRIVER else None
    plan = body.plan(estimates.clock())
    return EstimateView.of(await estimates.estimate(principal.tenant, body.place.place(), plan, driver_id=driver_id))


@router.post("/trial")
async def try_tariff(body: TariffTrial, operator: TariffsReader, estimates: EstimatesDep) -> EstimateView:
    """What it would cost by this tariff, which need not be published; nothing is kept."""
    return EstimateView.of(
        estimates.try_out(body.tariff.encode(), body.plan(estimates.clock()), timezone=body.timezone)
    )


@router.put("/{tariff_id}", openapi_extra=_OCPI_BODY)
async def publish_tariff(tariff_id: str, request: Request, operator: TariffsWriter, tariffs: TariffsDep) -> TariffView:
    """A new version, valid from now on, or from its `start_date_time`. The same JSON again makes none."""
    json = await request.body()
    async with tariffs.database.transaction(operator.tenant) as unit:
        return TariffView.of(await tariffs.publish(unit, tariff_id, json, operator_id=operator.subject))


@router.get("/{tariff_id}")
async def read_tariff(tariff_id: str, operator: TariffsReader, tariffs: TariffsDep) -> TariffView:
    """The version in force now, else the newest."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return TariffView.of(await tariffs.read_version(unit, tariff_id))


@router.get("/{tariff_id}/versions")
async def list_versions(tariff_id: str, operator: TariffsReader, tariffs: TariffsDep) -> list[TariffView]:
    """All versions, the newest first."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return [TariffView.of(version) for version in await tariffs.list_versions(unit, tariff_id)]


@router.put("/{tariff_id}/assignments")
async def assign_tariff(
    tariff_id: str, body: NewAssignments, operator: TariffsWriter, tariffs: TariffsDep
) -> AssignmentsView:
    """The tariff holds at these places and nowhere else from now on. `{"places": [{}]}`: as the tenant's default."""
    places = [place.place() for place in body.places]
    async with tariffs.database.transaction(operator.tenant) as unit:
        assigned = await tariffs.assign(unit, tariff_id, places, operator_id=operator.subject)
        return AssignmentsView.of(tariff_id, list(assigned))


@router.get("/{tariff_id}/assignments")
async def list_assignments(tariff_id: str, operator: TariffsReader, tariffs: TariffsDep) -> AssignmentsView:
    """Where the tariff holds now."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return AssignmentsView.of(tariff_id, list(await tariffs.list_assignments(unit, tariff_id)))


@router.put("/{tariff_id}/drivers")
async def assign_drivers(
    tariff_id: str, body: DriversView, operator: TariffsWriter, tariffs: TariffsDep
) -> DriversView:
    """The tariff is these drivers' own, wherever they charge, and nobody else's from now on."""
    drivers = [DriverId(driver_id) for driver_id in dict.fromkeys(body.driver_ids)]
    async with tariffs.database.transaction(operator.tenant) as unit:
        assigned = await tariffs.assign_drivers(unit, tariff_id, drivers, operator_id=operator.subject)
        return DriversView(driver_ids=list(assigned))


@router.get("/{tariff_id}/drivers")
async def list_drivers(tariff_id: str, operator: TariffsReader, tariffs: TariffsDep) -> DriversView:
    """Whose own the tariff is."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return DriversView(driver_ids=list(await tariffs.list_drivers(unit, tariff_id)))


@router.put("/{tariff_id}/groups")
async def assign_groups(tariff_id: str, body: GroupsView, operator: TariffsWriter, tariffs: TariffsDep) -> GroupsView:
    """The tariff is that of these groups of drivers, wherever they charge, and of no other from now on."""
    groups = list(dict.fromkeys(body.group_ids))
    async with tariffs.database.transaction(operator.tenant) as unit:
        assigned = await tariffs.assign_groups(unit, tariff_id, groups, operator_id=operator.subject)
        return GroupsView(group_ids=list(assigned))


@router.get("/{tariff_id}/groups")
async def list_groups(tariff_id: str, operator: TariffsReader, tariffs: TariffsDep) -> GroupsView:
    """Of which groups the tariff is."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return GroupsView(group_ids=list(await tariffs.list_groups(unit, tariff_id)))


@router.put("/groups/{group_id}/drivers")
async def set_group(group_id: GroupId, body: DriversView, operator: TariffsWriter, tariffs: TariffsDep) -> DriversView:
    """These drivers are the group from now on. Whoever was in another one leaves it."""
    drivers = [DriverId(driver_id) for driver_id in dict.fromkeys(body.driver_ids)]
    async with tariffs.database.transaction(operator.tenant) as unit:
        members = await tariffs.set_group(unit, group_id, drivers, operator_id=operator.subject)
        return DriversView(driver_ids=list(members))


@router.get("/groups/{group_id}/drivers")
async def list_members(group_id: GroupId, operator: TariffsReader, tariffs: TariffsDep) -> DriversView:
    """Who is in the group."""
    async with tariffs.database.transaction(operator.tenant) as unit:
        return DriversView(driver_ids=list(await tariffs.list_members(unit, group_id)))
