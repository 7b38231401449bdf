"""The end of an account (GDPR Art. 17): nothing is unfinished, the driver is who they say, and everybody forgets.

Whoever has unfinished business is asked first; between their answer and the end something may begin. It is then
finished as anybody's whom nobody knows.
"""

import asyncio
from collections.abc import Mapping

from backoffice.contracts.identity import DELETE_DRIVER, DeleteDriver, Deletion
from backoffice.contracts.privacy import OBSTACLES_OF, AskObstacles
from backoffice.kit.acting import current_actor
from backoffice.kit.bus import Bus
from backoffice.kit.errors import BackofficeError
from backoffice.profiles.errors import DeletionHindered, DriverNotFound, HolderNotShown, TooManyTries
from protocol.domain.identifiers import DriverId, TenantId

# A password is checked, on purpose slowly, and others may be logging in.
_IDENTITY_ANSWERS_WITHIN_S = 10.0


class Departures:
    """Drivers who go."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def delete(
        self, tenant: TenantId, driver_id: str, *, password: str, second_factor: str | None = None
    ) -> None:
        """The driver, who has shown that it is them, is gone.

        Raises DeletionHindered, HolderNotShown, TooManyTries, DriverNotFound.
        """
        wish = DeleteDriver(tenant, DriverId(driver_id), password=password, second_factor=second_factor)
        await self._delete(wish)

    async def delete_for(self, tenant: TenantId, driver_id: str) -> None:
        """The same, where an operator answers for it."""
        actor = current_actor()
        assert actor is not None, "only a request deletes somebody"
        await self._delete(
            DeleteDriver(tenant, DriverId(driver_id), is_by_staff=True, by=actor.who, request_id=actor.request_id)
        )

    async def _delete(self, wish: DeleteDriver) -> None:
        question = AskObstacles(wish.tenant, wish.driver_id)
        answers = await asyncio.gather(*(self._bus.ask(query, question) for query in OBSTACLES_OF.values()))
        reasons = [reason for answer in answers for reason in answer.reasons]
        if reasons:
            raise DeletionHindered(reasons)
        answer = await self._bus.ask(DELETE_DRIVER, wish, timeout_s=_IDENTITY_ANSWERS_WITHIN_S)
        if answer.outcome is not Deletion.DELETED:
            refusals: Mapping[Deletion, BackofficeError] = {
                Deletion.NO_SUCH_DRIVER: DriverNotFound(wish.driver_id),
                Deletion.NOT_SHOWN: HolderNotShown(),
                Deletion.TOO_MANY_TRIES: TooManyTries(),
            }
            raise refusals[answer.outcome]
