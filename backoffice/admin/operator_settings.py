"""The operator's settings: read with what holds by itself, changed by version, and told to whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from backoffice.admin import repository
from backoffice.admin.errors import SettingChangedMeanwhile, SettingNotTheirs, SettingOfTenantOnly
from backoffice.admin.models import SettingRow
from backoffice.admin.registry import REGISTRY, SettingKind, SettingScope, SettingValue, check_value, kind_of
from backoffice.contracts.admin import AskSettings, SettingChanged, SettingValues
from backoffice.kit.auth import Principal
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """A setting as it holds. `version` 0: nobody ever changed it at this place. `set_at_location`: not the tenant's."""

    name: str
    kind: SettingKind
    value: SettingValue
    version: int = 0
    set_at_location: bool = False
    changed_at: datetime | None = None
    changed_by: str = ""


class OperatorSettings:
    """Reads and changes them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self._clock = clock

    async def list_settings(self, unit: Unit, *, location_id: str | None) -> Sequence[EffectiveSetting]:
        """Every setting as it holds at the location, or in the tenant at large."""
        rows = await repository.list_settings(unit, REGISTRY, location_id=location_id)
        by_place = {(row.name, row.location_id): row for row in rows}
        return [_effective(name, kind, by_place, location_id or "") for name, kind in REGISTRY.items()]

    async def change(
        self,
        unit: Unit,
        principal: Principal,
        name: str,
        *,
        value: object | None,
        location_id: str | None,
        expected_version: int | None,
    ) -> EffectiveSetting:
        """The setting has the value from now on, or with None what holds without one.

        Raises SettingNotFound, SettingNotValid, SettingOfTenantOnly, SettingNotTheirs, SettingChangedMeanwhile.
        """
        kind = kind_of(name)
        if not principal.may(kind.needs):
            raise SettingNotTheirs(name, kind.needs)
        if location_id is not None and kind.scope is not SettingScope.LOCATION:
            raise SettingOfTenantOnly(name)
        checked = None if value is None else check_value(name, value)
        now = self._clock()
        version = await repository.save_setting(
            unit, name, location_id or "", value=checked, by=principal.subject, now=now
        )
        if expected_version is not None and version != expected_version + 1:
            raise SettingChangedMeanwhile(name, expected=expected_version, version=version - 1)
        (effective,) = [one for one in await self.list_settings(unit, location_id=location_id) if one.name == name]
        text = msgspec.json.encode(effective.value).decode()
        await unit.publish(SettingChanged(name, location_id, text, version), key=name, now=now)
        return effective

    async def answer_settings(self, question: AskSettings) -> SettingValues:
        """The values as they hold. Raises SettingNotFound."""
        kinds = {name: kind_of(name) for name in question.names}
        async with self.database.transaction(question.tenant) as unit:
            rows = await repository.list_settings(unit, kinds, location_id=question.location_id)
        by_place = {(row.name, row.location_id): row for row in rows}
        holding = [_effective(name, kind, by_place, question.location_id or "") for name, kind in kinds.items()]
        return SettingValues({one.name: msgspec.Raw(msgspec.json.encode(one.value)) for one in holding})


def _effective(
    name: str, kind: SettingKind, by_place: Mapping[tuple[str, str], SettingRow], location_id: str
) -> EffectiveSetting:
    here, tenants = by_place.get((name, location_id)), by_place.get((name, ""))
    # A value of a registry before this one, of another type or out of bounds, holds no longer.
    holds = next((row for row in (here, tenants) if row and kind.problem_of(row.value) is None), None)
    shown = here or holds
    return EffectiveSetting(
        name,
        kind,
        value=kind.default if holds is None else holds.value,
        version=here.version if here else 0,
        set_at_location=holds is not None and holds.location_id != "",
        changed_at=shown.changed_at if shown else None,
        changed_by=shown.changed_by if shown else "",
    )
