"""What a provider says unasked: a hint to read again, and nothing more.

Invariants:
1. Nothing of an event is believed but the id of what it is about: the provider is asked how that stands now. So it does
   not matter in which order events come, how often, or whether at all.
2. An event counts as heard once what it hints at was read; while the provider is silent it is refused, and comes again.
"""

import msgspec
import structlog

from backoffice.billing import provider_event_repository
from backoffice.billing.errors import ForgedWebhook
from backoffice.billing.holds import Holds
from backoffice.billing.providers.stripe_signature import check_signature
from backoffice.billing.refunds import Refunds
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database

log = structlog.get_logger(__name__)


class HintedObject(msgspec.Struct, frozen=True):
    """What an event is about; `object` is its kind. Some kinds have no id, and are nothing to us."""

    object: str
    id: str = ""


class HintData(msgspec.Struct, frozen=True):
    """Its envelope."""

    object: HintedObject


class ProviderEvent(msgspec.Struct, frozen=True):
    """An event of Stripe, as far as we look at it."""

    id: str
    type: str
    data: HintData


class Webhooks:
    """Hears what Stripe says."""

    def __init__(self, database: Database, holds: Holds, refunds: Refunds, *, secret: str, clock: Clock) -> None:
        self._database = database
        self._holds = holds
        self._refunds = refunds
        self._secret = secret
        self._clock = clock

    async def hear(self, payload: bytes, signature: str) -> None:
        """What the event is about was read again. Raises ForgedWebhook, ProviderUnavailable."""
        now = self._clock()
        check_signature(payload, signature, secret=self._secret, now=now)
        try:
            event = msgspec.json.decode(payload, type=ProviderEvent)
        except msgspec.DecodeError as error:
            raise ForgedWebhook("it is no event") from error
        async with self._database.transaction(ALL_TENANTS) as unit:
            if await provider_event_repository.has_provider_event(unit, event.id):
                return
        about = event.data.object
        if about.object == "payment_intent":
            await self._holds.read_again(about.id)
        if about.object == "refund":
            await self._refunds.read_again(about.id)
        async with self._database.transaction(ALL_TENANTS) as unit:
            await provider_event_repository.save_provider_event(
                unit, event_id=event.id, kind=event.type, about=about.id, now=now
            )
        log.info("heard of a provider's event", type=event.type)

    async def forget_old_events(self) -> None:
        """Events that no provider repeats any more are gone."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await provider_event_repository.prune_provider_events(unit, now=self._clock())
