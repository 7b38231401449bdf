"""What we know of a driver, gathered from every service that has anything (GDPR Art. 15 and 20).

Invariants:
1. A driver has one export; while it is made no other one begins.
2. It is READY once every service has answered, and never without one of them.
"""

from datetime import timedelta

import structlog

from backoffice.contracts.privacy import PERSONAL_DATA_OF, AskPersonalData, PersonalRecord
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import Failure
from backoffice.kit.workers import try_each
from backoffice.profiles import export_repository, repository
from backoffice.profiles.domain import EXPORT, PAUSES, UNDER_WAY, ExportState, ExportTrigger
from backoffice.profiles.errors import DriverNotFound, ExportNotFound, ExportUnderWay
from backoffice.profiles.models import ExportRow
from backoffice.profiles.packing import pack
from backoffice.profiles.settings import ProfilesSettings
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import DriverId, TenantId

log = structlog.get_logger(__name__)

_AT_ONCE = 5
# Whoever takes one up and is not heard of for so long has died.
_LEASE = timedelta(minutes=5)
_ANSWERS_WITHIN_S = 10.0


class Exports:
    """Asked for by drivers, gathered by a worker."""

    def __init__(self, database: Database, bus: Bus, *, settings: ProfilesSettings, clock: Clock) -> None:
        self.database = database
        self._bus = bus
        self._kept = settings.export_kept
        self._clock = clock

    async def ask(self, unit: Unit, driver_id: str) -> ExportRow:
        """An export is on its way, in the place of any before. Raises ExportUnderWay, DriverNotFound."""
        if await repository.lock_profile(unit, driver_id) is None:
            raise DriverNotFound(driver_id)
        known = await export_repository.find_export(unit, driver_id)
        if known is not None and known.state in UNDER_WAY:
            raise ExportUnderWay
        now = self._clock()
        row = ExportRow(
            tenant_id=unit.tenant,
            driver_id=driver_id,
            id=unique_event_id(now),
            state=ExportState.ASKED,
            attempts=0,
            detail="",
            document=None,
            asked_at=now,
            due_at=now,
            finished_at=None,
            expires_at=None,
        )
        await export_repository.replace_export(unit, row)
        return row

    async def read(self, unit: Unit, driver_id: str) -> ExportRow:
        """How the driver's export stands. Raises ExportNotFound."""
        row = await export_repository.find_export(unit, driver_id)
        if row is None:
            raise ExportNotFound
        return row

    async def read_document(self, unit: Unit, driver_id: str) -> bytes:
        """The ZIP. Raises ExportNotFound where there is none, any more or yet."""
        row = await export_repository.find_export(unit, driver_id, with_document=True)
        if row is None or row.document is None or row.expires_at is None or row.expires_at <= self._clock():
            raise ExportNotFound
        return row.document

    async def gather(self) -> int:
        """Exports that are due are made, as far as everybody answers; returns how many were taken up."""
        claimed = await self._claim()
        await try_each(claimed, self._gather_one)
        return len(claimed)

    async def expire(self) -> int:
        """What was kept long enough is kept no longer; returns how many exports that were."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            over = await export_repository.list_over(unit, now=self._clock())
            for row in over:
                row.state = EXPORT.advance(ExportState(row.state), ExportTrigger.END)
                row.document, row.expires_at = None, None
        return len(over)

    async def _claim(self) -> list[tuple[TenantId, str, str]]:
        now = self._clock()
        async with self.database.transaction(ALL_TENANTS) as unit:
            due = await export_repository.claim_due(unit, now=now, limit=_AT_ONCE)
            for row in due:
                row.state = EXPORT.advance(ExportState(row.state), ExportTrigger.CLAIM)
                row.attempts += 1
                row.due_at = now + _LEASE
        return [(TenantId(row.tenant_id), row.driver_id, row.id) for row in due]

    async def _gather_one(self, claimed: tuple[TenantId, str, str]) -> None:
        tenant, driver_id, export_id = claimed
        try:
            document = await self._make(tenant, driver_id)
        except Failure as error:
            log.warning("export has to wait", export_id=export_id, reason=str(error))
            await self._put_off(tenant, driver_id, export_id, reason=str(error))
        except Exception:
            # One that nobody can make is given up in the end, and keeps no other waiting.
            await self._put_off(tenant, driver_id, export_id, reason="it could not be made")
            raise
        else:
            await self._keep(tenant, driver_id, export_id, document)

    async def _make(self, tenant: TenantId, driver_id: str) -> bytes:
        found = {service: await self._ask_all(service, tenant, driver_id) for service in PERSONAL_DATA_OF}
        return pack(found, driver_id=driver_id, made_at=self._clock())

    async def _ask_all(self, service: str, tenant: TenantId, driver_id: str) -> list[PersonalRecord]:
        records: list[PersonalRecord] = []
        after: str | None = None
        is_first = True
        while is_first or after is not None:
            question = AskPersonalData(tenant, DriverId(driver_id), after)
            answer = await self._bus.ask(PERSONAL_DATA_OF[service], question, timeout_s=_ANSWERS_WITHIN_S)
            records += answer.records
            after, is_first = answer.next, False
        return records

    async def _keep(self, tenant: TenantId, driver_id: str, export_id: str, document: bytes) -> None:
        now = self._clock()
        async with self.database.transaction(tenant) as unit:
            row = await export_repository.lock_export(unit, driver_id, export_id)
            if row is not None and row.state in UNDER_WAY:
                row.state = EXPORT.advance(ExportState(row.state), ExportTrigger.GATHERED)
                row.document, row.detail, row.due_at = document, "", None
                row.finished_at, row.expires_at = now, now + self._kept

    async def _put_off(self, tenant: TenantId, driver_id: str, export_id: str, *, reason: str) -> None:
        now = self._clock()
        async with self.database.transaction(tenant) as unit:
            row = await export_repository.lock_export(unit, driver_id, export_id)
            if row is None or row.state not in UNDER_WAY:
                return
            row.detail = reason
            if row.attempts <= len(PAUSES):
                row.due_at = now + PAUSES[row.attempts - 1]
                return
            row.state = EXPORT.advance(ExportState(row.state), ExportTrigger.GIVE_UP)
            row.due_at, row.finished_at = None, now
