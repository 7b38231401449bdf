"""Admin by REST: the operator's settings, and alarms with their rules."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.admin import repository
from backoffice.admin.alarm_rules import AlarmKind, AlarmState
from backoffice.admin.alarms import Alarms
from backoffice.admin.operator_settings import OperatorSettings
from backoffice.admin.schemas import AlarmRuleBody, AlarmRuleView, AlarmView, SettingBody, SettingView
from backoffice.kit.guards import PlatformReader, PlatformWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided

router = APIRouter(prefix="/admin", tags=["admin"])
SettingsDep = Annotated[OperatorSettings, Depends(provided(OperatorSettings))]
AlarmsDep = Annotated[Alarms, Depends(provided(Alarms))]
AtLocation = Annotated[str | None, Query(description="As they hold there; without it, in the tenant at large.")]


@router.get("/settings")
async def list_settings(
    staff: PlatformReader, settings: SettingsDep, location_id: AtLocation = None
) -> list[SettingView]:
    """Every setting that there is, as it holds."""
    async with settings.database.transaction(staff.tenant) as unit:
        return [SettingView.of(one) for one in await settings.list_settings(unit, location_id=location_id)]


@router.put("/settings/{name}")
async def change_setting(name: str, body: SettingBody, staff: PlatformWriter, settings: SettingsDep) -> SettingView:
    """It holds from now on; services follow within seconds."""
    async with settings.database.transaction(staff.tenant) as unit:
        changed = await settings.change(
            unit,
            staff,
            name,
            value=body.value,
            location_id=body.location_id,
            expected_version=body.version,
        )
    return SettingView.of(changed)


@router.get("/alarm-rules")
async def list_alarm_rules(staff: PlatformReader, alarms: AlarmsDep) -> list[AlarmRuleView]:
    """When alarms are raised."""
    async with alarms.database.transaction(staff.tenant) as unit:
        rules = await alarms.read_rules(unit)
    return [AlarmRuleView.of(kind, rule) for kind, rule in rules.items()]


@router.put("/alarm-rules/{kind}")
async def save_rule(kind: AlarmKind, body: AlarmRuleBody, staff: PlatformWriter, alarms: AlarmsDep) -> AlarmRuleView:
    """The rule holds from the next measurement on."""
    async with alarms.database.transaction(staff.tenant) as unit:
        await alarms.save_rule(unit, kind, body.rule(), by=staff.subject)
    return AlarmRuleView.of(kind, body.rule())


@router.get("/alarms")
async def list_alarms(
    staff: PlatformReader,
    alarms: AlarmsDep,
    state: AlarmState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[AlarmView]:
    """Alarms, the newest first."""
    async with alarms.database.transaction(staff.tenant) as unit:
        rows = await repository.list_alarms(unit, state=state, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=AlarmView.of, key=lambda row: (row.raised_at, row.id))


@router.post("/alarms/{alarm_id}/acknowledge")
async def acknowledge(alarm_id: str, staff: PlatformWriter, alarms: AlarmsDep) -> AlarmView:
    """I see to it."""
    async with alarms.database.transaction(staff.tenant) as unit:
        return AlarmView.of(await alarms.acknowledge(unit, alarm_id, by=staff.subject))
