"""Which rules of tolerance hold for a station and for a model, by REST. Gateways read them when a station connects."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from backoffice.kit.bodies import Body
from backoffice.kit.guards import PoliciesWriter, StationsReader, StationsWriter
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.models import ModelRules, Station
from backoffice.stations.service import key_of
from protocol.tolerance.decoding import EVERY_RULE, RULE_NAMES

router = APIRouter(tags=["tolerance"])


def _known(name: str) -> str:
    if name != EVERY_RULE and name not in RULE_NAMES:
        raise ValueError(f"there is no rule {name}; GET /api/v1/tolerance/rules names them")
    return name


RuleName = Annotated[str, AfterValidator(_known)]


class RulesBody(Body):
    """`off`: rules that are not tried, `*` for all. `pinned`: rules that are tried first; some work by pin only."""

    off: list[RuleName] = Field(default=[], max_length=100)
    pinned: list[RuleName] = Field(default=[], max_length=100)

    @classmethod
    def of(cls, row: Station | ModelRules) -> "RulesBody":
        return cls(off=row.tolerance_off, pinned=row.pinned_rules)


class ModelBody(RulesBody):
    """Rules for every station that boots as this vendor's model."""

    vendor: str = Field(min_length=1, max_length=50)
    model: str = Field(min_length=1, max_length=50)


@router.get("/tolerance/rules")
async def list_tolerance_rules(_operator: StationsReader) -> list[str]:
    """Every rule by its name; docs/generated/quirks.md shows what each does."""
    return sorted(RULE_NAMES)


@router.get("/tolerance/models")
async def list_models(operator: StationsReader, stations: StationsDep) -> list[ModelBody]:
    """The models that have rules of their own."""
    async with stations.database.snapshot(operator.tenant) as unit:
        rows = await repository.list_model_rules(unit)
    return [ModelBody(vendor=row.vendor, model=row.model, **RulesBody.of(row).model_dump()) for row in rows]


@router.put("/tolerance/models")
async def save_model(body: ModelBody, operator: PoliciesWriter, stations: StationsDep) -> ModelBody:
    """The rules hold for every station of the model from its next connection on; empty lists take them back."""
    async with stations.database.transaction(operator.tenant) as unit:
        row = await repository.find_model_rules(unit, body.vendor, body.model)
        if row is None:
            row = ModelRules(tenant_id=unit.tenant, vendor=body.vendor, model=body.model)
            unit.session.add(row)
        row.tolerance_off, row.pinned_rules = list(body.off), list(body.pinned)
        concerned = await repository.list_stations_of_model(unit, body.vendor, body.model)
    for station in concerned:
        await stations.registry.refresh(key_of(station))
    return body


@router.get("/stations/{station_id}/tolerance")
async def read_tolerance(station_id: str, operator: StationsReader, stations: StationsDep) -> RulesBody:
    """The station's own rules, without those of its model."""
    async with stations.database.snapshot(operator.tenant) as unit:
        return RulesBody.of(await stations.read_station(unit, station_id))


@router.put("/stations/{station_id}/tolerance")
async def save_tolerance(
    station_id: str, body: RulesBody, operator: StationsWriter, stations: StationsDep
) -> RulesBody:
    """The station's own rules are these from its next connection on, besides those of its model."""
    async with stations.database.transaction(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
        station.tolerance_off, station.pinned_rules = list(body.off), list(body.pinned)
    await stations.registry.refresh(key_of(station))
    return body
