"""Facts and readings of transactions become sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from backoffice.contracts.sessions import session_id_of
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.sessions import facts, progress, repository
from backoffice.sessions.models import SessionRow
from backoffice.sessions.settings import SessionsSettings
from backoffice.sessions.settlement import patience_of, settle
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.domain.identifiers import StationId, TenantId

FactT = TypeVar("FactT", bound=TransactionFact, contravariant=True)


class TakeFact(Protocol[FactT]):
    """What a fact makes of its session."""

    async def __call__(
        self, unit: Unit, fact: FactT, /, *, station_id: StationId, at: datetime, now: datetime
    ) -> SessionRow: ...


class SessionEvents:
    """The handlers."""

    def __init__(self, *, settings: SessionsSettings, clock: Clock) -> None:
        self._clock = clock
        self._patience = patience_of(settings)
        self._longest = timedelta(seconds=settings.longest_s)

    async def hold_sessions(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """The sessions that a batch is about are locked at once, in the order in which readings lock them."""
        of_transactions = [delivery for delivery in deliveries if isinstance(delivery.event, TransactionFact)]
        if of_transactions:
            stations = {(delivery.envelope.tenant, _station(delivery)) for delivery in of_transactions}
            await repository.hold_sessions(unit, {_session_key(delivery) for delivery in of_transactions})
            await repository.hold_stations_started_by_app(unit, stations)

    async def on_transaction_started(self, event: TransactionStarted, delivery: Delivery, unit: Unit) -> None:
        """A session begins, or one whose end came first is whole now."""
        await self._take(facts.on_started, event, delivery, unit, is_traced=True)

    async def on_transaction_updated(self, event: TransactionUpdated, delivery: Delivery, unit: Unit) -> None:
        """A session goes on, or one whose end came first is whole now."""
        await self._take(facts.on_updated, event, delivery, unit)

    async def on_transaction_ended(self, event: TransactionEnded, delivery: Delivery, unit: Unit) -> None:
        """A session ends."""
        await self._take(facts.on_ended, event, delivery, unit, is_traced=True)

    async def _take(
        self, take: TakeFact[FactT], event: FactT, delivery: Delivery, unit: Unit, *, is_traced: bool = False
    ) -> None:
        now = self._clock()
        with unit.session.no_autoflush:  # nothing below reads by query what it has changed
            session = await take(unit, event, station_id=_station(delivery), at=_at(delivery), now=now)
            if is_traced:
                session.traceparent = delivery.envelope.traceparent or session.traceparent
            await settle(unit, session, now=now, patience=self._patience)

    async def on_connector_status(self, event: ConnectorStatusReported, delivery: Delivery, unit: Unit) -> None:
        """Energy flows on an EVSE, or does not."""
        await facts.on_connector_status(unit, event, station_id=_station(delivery), at=_at(delivery))

    async def on_meter_values(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """The meters of sessions went on."""
        facts = [(delivery.envelope.tenant, _station(delivery), delivery.event) for delivery in deliveries]
        await progress.on_meter_values(unit, progress.by_session(facts), now=self._clock(), longest=self._longest)


def _session_key(delivery: Delivery) -> tuple[TenantId, str]:
    tenant = delivery.envelope.tenant
    return tenant, session_id_of(tenant, _station(delivery), delivery.event.transaction_id)


def _station(delivery: Delivery) -> StationId:
    return StationId(delivery.envelope.subject)


def _at(delivery: Delivery) -> datetime:
    """When the station says it happened."""
    return delivery.envelope.occurredat or delivery.envelope.time
