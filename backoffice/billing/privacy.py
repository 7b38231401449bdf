"""A driver who is to be forgotten: whether they can be, that they are, and that the provider does as well."""

from datetime import timedelta

import structlog

from backoffice.billing import privacy_repository
from backoffice.billing.providers.port import PaymentProvider, ProviderUnavailable
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import AskObstacles, Obstacles
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.personal_data import forget_beside, new_pseudonym
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

_OWES = "An invoice is not paid."
_UNDER_WAY = "An amount is held on a card, or goes back to it: wait until that is done."
_AT_ONCE = 50
_AGAIN_AFTER = timedelta(minutes=1)


class Departures:
    """What becomes of the money's side of drivers who go."""

    def __init__(self, database: Database, provider: PaymentProvider, *, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._clock = clock

    async def answer_obstacles(self, question: AskObstacles) -> Obstacles:
        """Money that is owed, by either side."""
        async with self._database.transaction(question.tenant) as unit:
            owes = await privacy_repository.owes(unit, question.driver_id)
            is_under_way = await privacy_repository.has_money_under_way(unit, question.driver_id)
        return Obstacles((*((_OWES,) if owes else ()), *((_UNDER_WAY,) if is_under_way else ())))

    async def on_driver_deleted(self, event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
        """Cards and the buyer are nobody's; what the law asks of invoices stays."""
        now = self._clock()
        await privacy_repository.forget_driver(unit, event.driver_id, pseudonym=new_pseudonym(), now=now)
        await forget_beside(unit, event.driver_id)

    async def remove_cards(self) -> int:
        """The provider has forgotten the cards that it was to forget, as far as it answers; returns how many."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            cards = await privacy_repository.select_cards_to_remove(unit, now=self._clock(), limit=_AT_ONCE)
        removed = 0
        for card in cards:
            try:
                await self._provider.remove_card(card.provider_reference)
            except ProviderUnavailable as error:
                log.warning("card not removed yet", reason=str(error))
                async with self._database.transaction(TenantId(card.tenant_id)) as unit:
                    await privacy_repository.remove_later(unit, card.id, at=self._clock() + _AGAIN_AFTER)
                continue
            async with self._database.transaction(TenantId(card.tenant_id)) as unit:
                await privacy_repository.mark_removed(unit, card.id)
            removed += 1
        return removed
