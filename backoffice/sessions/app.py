"""The sessions service, put together."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from backoffice.kit.consumer import Consumer, Handler
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.sessions.consumers import SessionEvents
from backoffice.sessions.intents import Intents
from backoffice.sessions.routes import router
from backoffice.sessions.service import Sessions
from backoffice.sessions.settings import SessionsSettings
from backoffice.sessions.settlement import Settlement
from backoffice.sessions.stops import OwedStops
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted, TransactionUpdated
from protocol.bus.subjects import Kind

_SETTLE_EVERY_S = 0.25
_GIVE_UP_EVERY_S = 1.0


def build(context: Context[SessionsSettings]) -> Parts:
    """Its parts."""
    intents = Intents(context.database, context.bus, settings=context.settings, clock=context.clock)
    sessions = Sessions(context.database, context.bus, intents, clock=context.clock)
    settlement = Settlement(context.database, context.bus, clock=context.clock)
    stops = OwedStops(context.database, context.bus, clock=context.clock)
    events = SessionEvents(clock=context.clock)
    facts: Mapping[type[msgspec.Struct], Handler] = {
        TransactionStarted: events.on_transaction_started,
        TransactionUpdated: events.on_transaction_updated,
        TransactionEnded: events.on_transaction_ended,
        ConnectorStatusReported: events.on_connector_status,
    }
    return Parts(
        router=router,
        provides=(sessions,),
        consumers=(
            Consumer(Kind.STATION, facts),
            Consumer(Kind.READING, {MeterValuesReported: events.on_meter_values}, has_inbox=False),
        ),
        workers=(
            Worker("settle", settlement.go_on, every_s=_SETTLE_EVERY_S),
            Worker("stop_refused", stops.go_on, every_s=_SETTLE_EVERY_S),
            Worker("give_up_late_intents", intents.give_up_late, every_s=_GIVE_UP_EVERY_S),
        ),
    )


SERVICE = Service(name="sessions", package=Path(__file__).parent, settings=SessionsSettings, build=build)
