"""Alarms: measured again and again, raised and cleared by the rules, acknowledged by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from backoffice.admin import repository
from backoffice.admin.alarm_rules import (
    ALARM,
    RULE_KINDS,
    AlarmKind,
    AlarmRule,
    AlarmState,
    AlarmTrigger,
    Measured,
    breaches_of,
)
from backoffice.admin.errors import AlarmNotFound, AlarmNotRaised
from backoffice.admin.measuring import Measuring
from backoffice.admin.models import AlarmRow
from backoffice.admin.settings import AdminSettings
from backoffice.contracts.admin import AlarmAcknowledged, AlarmCleared, AlarmRaised
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

_PAYMENTS_COUNT_FOR = timedelta(hours=1)

Measurements = Mapping[AlarmKind, Sequence[Measured]]


class Alarms:
    """Raises, clears and acknowledges them."""

    def __init__(self, database: Database, measuring: Measuring, *, settings: AdminSettings, clock: Clock) -> None:
        self.database = database
        self._measuring = measuring
        self._settings = settings
        self._clock = clock

    async def look(self) -> None:
        """What is measured now is raised or cleared, tenant by tenant."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            tenants = await repository.known_tenants(unit)
        await try_each(tenants, self._look_at)

    async def read_rules(self, unit: Unit) -> Mapping[AlarmKind, AlarmRule]:
        """The rule of every kind: the tenant's, else what holds by itself."""
        return {kind: row.rule for kind, row in RULE_KINDS.items()} | await repository.read_rules(unit)

    async def save_rule(self, unit: Unit, kind: AlarmKind, rule: AlarmRule, *, by: str) -> None:
        """The rule holds from the next look on."""
        await repository.save_rule(unit, kind, rule, by=by, now=self._clock())

    async def acknowledge(self, unit: Unit, alarm_id: str, *, by: str) -> AlarmRow:
        """Somebody sees to it. Raises AlarmNotFound, AlarmNotRaised."""
        row = await repository.find_alarm(unit, alarm_id)
        if row is None:
            raise AlarmNotFound(alarm_id)
        if row.state != AlarmState.RAISED:
            raise AlarmNotRaised(alarm_id, row.state)
        now = self._clock()
        row.state = ALARM.advance(AlarmState(row.state), AlarmTrigger.SEEN)
        row.acknowledged_at, row.acknowledged_by = now, by
        await unit.publish(AlarmAcknowledged(row.id, row.kind, row.about, by), key=row.id, now=now)
        return row

    async def forget_old(self) -> None:
        """What is over, and no longer kept, is gone."""
        now = self._clock()
        async with self.database.transaction(ALL_TENANTS) as unit:
            await repository.forget_old(
                unit,
                payments=now - _PAYMENTS_COUNT_FOR,
                quarantine=now - timedelta(days=self._settings.quarantine_keep_days),
                alarms=now - timedelta(days=self._settings.alarm_keep_days),
            )

    async def _look_at(self, tenant: TenantId) -> None:
        now = self._clock()
        measured = await self._measuring.measure(tenant, now=now, payments_for=_PAYMENTS_COUNT_FOR)
        async with self.database.transaction(tenant) as unit:
            rules = await self.read_rules(unit)
            standing = {(row.kind, row.about): row for row in await repository.standing_alarms(unit)}
            for kind, things in measured.items():
                breaches = breaches_of(rules[kind], things)
                for about, breach in breaches.items():
                    row = standing.get((kind, about))
                    if row is None:
                        await self._raise(unit, kind, rules[kind], breach, now)
                    else:
                        row.detail = breach.detail
                for (row_kind, about), row in standing.items():
                    if row_kind == kind and about not in breaches:
                        await self._clear(unit, row, now)

    async def _raise(self, unit: Unit, kind: AlarmKind, rule: AlarmRule, breach: Measured, now: datetime) -> None:
        row = AlarmRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            kind=kind,
            about=breach.about,
            severity=rule.severity,
            state=ALARM.advance(AlarmState.QUIET, AlarmTrigger.BREACHED),
            detail=breach.detail,
            raised_at=now,
        )
        unit.session.add(row)
        log.warning("alarm raised", kind=kind, about=breach.about, detail=breach.detail)
        event = AlarmRaised(row.id, kind, breach.about, rule.severity, breach.detail)
        await unit.publish(event, key=row.id, now=now)

    async def _clear(self, unit: Unit, row: AlarmRow, now: datetime) -> None:
        row.state = ALARM.advance(AlarmState(row.state), AlarmTrigger.RELIEVED)
        row.cleared_at = now
        await unit.publish(AlarmCleared(row.id, row.kind, row.about), key=row.id, now=now)
