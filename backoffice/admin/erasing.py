"""What the audit logs say of a driver who deleted their account goes too, in every service; it is owed until then."""

from backoffice.admin import repository
from backoffice.admin.asking import Services
from backoffice.admin.models import Erasure
from backoffice.kit.audit import ERASE_PERSON, ErasePerson
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.workers import try_each
from protocol.domain.identifiers import TenantId

_AT_A_TIME = 100


class Erasing:
    """Asks every service, as often as it takes: erasing twice is erasing once."""

    def __init__(self, database: Database, services: Services) -> None:
        self._database = database
        self._services = services

    async def erase_owed(self) -> None:
        """What is owed is done, but where a service is silent."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            owed = await repository.owed_erasures(unit, limit=_AT_A_TIME)
        await try_each(owed, self._erase)

    async def _erase(self, erasure: Erasure) -> None:
        tenant = TenantId(erasure.tenant_id)
        answers = await self._services.ask_all(ERASE_PERSON, ErasePerson(tenant, erasure.person))
        if not answers.silent:
            async with self._database.transaction(tenant) as unit:
                await repository.finish_erasure(unit, erasure.person)
