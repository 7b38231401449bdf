"""Stations' variables by REST: what is known of them, and templates that they are compared with and brought to."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.kit.guards import StationsReader, StationsWriter
from backoffice.stations import known_repository
from backoffice.stations.command_bodies import OpenVariable
from backoffice.stations.command_desk import DeskDep, StationsDep
from backoffice.stations.configuration import Compared, Comparison, Wanted, compare
from backoffice.stations.errors import TemplateNotFound
from backoffice.stations.models import ConfigurationTemplate, StationVariable
from protocol.blocks.provisioning.keys_v16 import KeyKind, find_flaw, find_standard_key
from protocol.blocks.provisioning.messages import SetVariables, SetVariablesReply, VariableAssignment, VariableName

router = APIRouter(tags=["configuration"])

TemplateName = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9\-_. ]+$")]


class KnownVariable(BaseModel):
    """A variable by the station's own word. `value` is null for secrets; `needs_reboot`: accepted, not yet in force."""

    variable: str
    component: str
    evse: int | None
    connector: int | None
    component_instance: str
    instance: str
    attribute: str
    value: str | None
    is_readonly: bool | None
    needs_reboot: bool
    known_at: datetime
    mutability: str | None
    is_persistent: bool | None
    is_constant: bool | None
    data_type: str | None
    min_limit: float | None
    max_limit: float | None
    values_list: str | None
    supports_monitoring: bool | None
    kind: KeyKind | None = Field(description="Of a standard key of OCPP 1.6; null for others.")
    unit: str
    flaw: str | None = Field(description="Why the value is none that the standard allows.")

    @classmethod
    def of(cls, row: StationVariable) -> "KnownVariable":
        key = find_standard_key(row.variable) if not row.component else None
        return cls(
            variable=row.variable,
            component=row.component,
            evse=row.evse or None,
            connector=row.connector or None,
            component_instance=row.component_instance,
            instance=row.instance,
            attribute=row.attribute,
            value=row.value,
            is_readonly=row.is_readonly,
            needs_reboot=row.needs_reboot,
            known_at=row.known_at,
            mutability=row.mutability,
            is_persistent=row.is_persistent,
            is_constant=row.is_constant,
            data_type=row.data_type,
            min_limit=row.min_limit,
            max_limit=row.max_limit,
            values_list=row.values_list,
            supports_monitoring=row.supports_monitoring,
            kind=key.kind if key else None,
            unit=key.unit if key else row.unit or "",
            flaw=find_flaw(row.variable, row.value) if key and row.value is not None else None,
        )


class WantedBody(Body):
    """The value that a variable is to have."""

    variable: OpenVariable = Field(min_length=1, max_length=50)
    component: str = Field(default="", max_length=50)
    value: str = Field(max_length=2500)


class TemplateBody(Body):
    """The variables that a template names."""

    variables: list[WantedBody] = Field(min_length=1, max_length=500)


class TemplateView(TemplateBody):
    """A template."""

    name: str
    changed_at: datetime

    @classmethod
    def of(cls, row: ConfigurationTemplate) -> "TemplateView":
        variables = [WantedBody(**variable) for variable in row.variables]
        return cls(name=row.name, changed_at=row.changed_at, variables=variables)


class ComparedView(WantedBody):
    """A wanted value beside the known one."""

    actual: str | None
    verdict: Comparison

    @classmethod
    def of(cls, one: Compared) -> "ComparedView":
        return cls(
            variable=one.wanted.variable,
            component=one.wanted.component,
            value=one.wanted.value,
            actual=one.actual,
            verdict=one.verdict,
        )


class AppliedView(BaseModel):
    """A variable that was set, and the station's word."""

    variable: str
    component: str
    value: str
    status: str


@router.get("/stations/{station_id}/variables")
async def list_variables(
    station_id: str,
    operator: StationsReader,
    stations: StationsDep,
    component: Annotated[str | None, Query(description="Only those of this component.")] = None,
) -> list[KnownVariable]:
    """What the station told or accepted. `get_variables` and `get_base_report` read it anew."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await known_repository.list_variables(unit, station_id)
    return [KnownVariable.of(row) for row in rows if component is None or row.component.lower() == component.lower()]


@router.put("/configuration-templates/{name}")
async def save_template(
    name: TemplateName, body: TemplateBody, operator: StationsWriter, stations: StationsDep
) -> TemplateView:
    """The template is as said, whether or not it was there."""
    async with stations.database.transaction(operator.tenant) as unit:
        row = await known_repository.find_template(unit, name)
        if row is None:
            row = ConfigurationTemplate(tenant_id=unit.tenant, name=name)
            unit.session.add(row)
        row.variables = [one.model_dump() for one in body.variables]
        row.changed_at = stations.clock()
    return TemplateView.of(row)


@router.get("/configuration-templates")
async def list_templates(operator: StationsReader, stations: StationsDep) -> list[TemplateView]:
    """The tenant's templates, by name."""
    async with stations.database.snapshot(operator.tenant) as unit:
        return [TemplateView.of(row) for row in await known_repository.list_templates(unit)]


@router.get("/stations/{station_id}/configuration/{name}")
async def compare_with_template(
    station_id: str, name: TemplateName, operator: StationsReader, stations: StationsDep
) -> list[ComparedView]:
    """How the station stands to the template, by what is known of it."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        wanted = wanted_of(await known_repository.find_template(unit, name), name)
        known = await known_repository.list_variables(unit, station_id)
    return [ComparedView.of(one) for one in compare(wanted, known)]


@router.post("/stations/{station_id}/configuration/{name}")
async def apply_template(name: TemplateName, desk: DeskDep, stations: StationsDep) -> list[AppliedView]:
    """What differs from the template, or is not known, was set, one variable after the other.

    Ends at the first command that fails; what was set before stays set, and is known.
    """
    async with stations.database.snapshot(desk.tenant) as unit:
        wanted = wanted_of(await known_repository.find_template(unit, name), name)
        known = await known_repository.list_variables(unit, desk.station.id)
    applied = []
    for one in compare(wanted, known):
        if one.verdict in (Comparison.SAME, Comparison.READONLY):
            continue
        variable = VariableName(one.wanted.variable, component=one.wanted.component)
        carried = await desk.carry_out(SetVariables((VariableAssignment(variable, one.wanted.value),)))
        reply = carried.reply
        status = reply.results[0].status if isinstance(reply, SetVariablesReply) else "queued"
        applied.append(
            AppliedView(
                variable=one.wanted.variable, component=one.wanted.component, value=one.wanted.value, status=status
            )
        )
    return applied


def wanted_of(template: ConfigurationTemplate | None, name: str) -> list[Wanted]:
    """What the template says. Raises TemplateNotFound."""
    if template is None:
        raise TemplateNotFound(name)
    return [Wanted(**variable) for variable in template.variables]
