"""The queries of what providers' webhooks brought."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.models import ProviderEventRow
from backoffice.kit.database import Unit

EVENTS_KEPT = timedelta(days=30)
"""How long a provider's event is remembered; Stripe repeats one for three days."""


async def has_provider_event(unit: Unit, event_id: str) -> bool:
    """Whether the provider's event was heard before."""
    return await unit.session.get(ProviderEventRow, event_id) is not None


async def save_provider_event(unit: Unit, *, event_id: str, kind: str, about: str, now: datetime) -> None:
    """The provider's event was heard."""
    values = {"id": event_id, "type": kind, "about": about, "heard_at": now}
    await unit.session.execute(insert(ProviderEventRow).values(values).on_conflict_do_nothing())


async def prune_provider_events(unit: Unit, *, now: datetime) -> None:
    """Events older than EVENTS_KEPT are gone."""
    await unit.session.execute(delete(ProviderEventRow).where(ProviderEventRow.heard_at < now - EVENTS_KEPT))
