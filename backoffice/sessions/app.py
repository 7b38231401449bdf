"""The sessions service, put together."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, PERSONAL_DATA_OF, PersonalData
from backoffice.contracts.reservations import ReservationHonoured
from backoffice.contracts.sessions import START_AD_HOC, TOTAL_COST, TRANSACTION_LIMIT, ChargingSessionStarted
from backoffice.contracts.stations import BayOccupied, BayVacated
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import BatchConsumer, Consumer, Handler, When
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Projection, Service, Worker
from backoffice.sessions import cdr_routes, evidence_routes, parking_routes, said
from backoffice.sessions.cdrs import Cdrs
from backoffice.sessions.consumers import SessionEvents
from backoffice.sessions.evidence import EvidenceDesk
from backoffice.sessions.facts import says_whether_energy_flows
from backoffice.sessions.intents import Intents
from backoffice.sessions.limits import Limits
from backoffice.sessions.models import ParkingRow, PauseRow, RegisterRow, SessionRow
from backoffice.sessions.parking import Parking, ParkingEvents, ParkingSettlement
from backoffice.sessions.privacy import Obstacle, on_driver_deleted
from backoffice.sessions.privacy_repository import PERSONAL_TABLES
from backoffice.sessions.routes import router as own_router
from backoffice.sessions.running_cost import RunningCosts
from backoffice.sessions.service import Sessions
from backoffice.sessions.settings import SessionsSettings
from backoffice.sessions.settled import Settled
from backoffice.sessions.settlement import Settlement
from backoffice.sessions.sites import Sites
from backoffice.sessions.stops import OwedStops
from backoffice.sessions.total_cost import TotalCosts
from backoffice.sessions.watching import Watch
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted, TransactionUpdated
from protocol.bus.subjects import Kind

_SETTLE_EVERY_S, _AFTER_EVENTS_S = 1.0, 0.25
_STOP_EVERY_S = 0.5  # a verdict that came late owes a stop, and is no event
_READINGS_REST_S = 0.1  # progress is said once a second
_GIVE_UP_EVERY_S = 1.0
_TELL_EVERY_S = 1.0
_WATCH_EVERY_S = 5.0


def build(context: Context[SessionsSettings]) -> Parts:
    """Its parts."""
    intents = Intents(context.database, context.bus, settings=context.settings, clock=context.clock)
    sessions = Sessions(context.database, context.bus, intents, clock=context.clock)
    settled = Settled(context.bus)
    settlement = Settlement(context.database, context.bus, settings=context.settings, clock=context.clock)
    watch = Watch(context.database, settings=context.settings, clock=context.clock)
    stops = OwedStops(context.database, context.bus, clock=context.clock)
    events = SessionEvents(settings=context.settings, clock=context.clock)
    parking = Parking(context.database, clock=context.clock)
    stays = ParkingSettlement(context.database, context.bus, clock=context.clock)
    parking_events = ParkingEvents(clock=context.clock)
    facts: Mapping[type[msgspec.Struct], Handler] = {
        TransactionStarted: events.on_transaction_started,
        TransactionUpdated: events.on_transaction_updated,
        TransactionEnded: events.on_transaction_ended,
        ConnectorStatusReported: events.on_connector_status,
    }
    wanted: Mapping[type[msgspec.Struct], When] = {ConnectorStatusReported: says_whether_energy_flows}
    happenings: Mapping[type[msgspec.Struct], Handler] = {
        BayOccupied: parking_events.on_occupied,
        BayVacated: parking_events.on_vacated,
        ReservationHonoured: parking_events.on_reservation_honoured,
        ChargingSessionStarted: parking_events.on_charging_started,
        DriverDeleted: on_driver_deleted,
    }
    readings = BatchConsumer(Kind.READING, (MeterValuesReported,), events.on_meter_values, rest_s=_READINGS_REST_S)
    personal_data = PersonalDataDesk(context.database, PERSONAL_TABLES, PersonalData.of)
    return Parts(
        routers=(own_router, cdr_routes.router, evidence_routes.router, parking_routes.router),
        provides=(
            sessions,
            parking,
            Cdrs(context.database, clock=context.clock),
            EvidenceDesk(context.bus),
            Sites(context.bus),
        ),
        consumers=(
            Consumer(Kind.STATION, facts, when=wanted, prepare=events.hold_sessions),
            Consumer(Kind.DOMAIN, happenings),
            readings,
        ),
        projection=Projection(
            consumers=(
                # Without `prepare`: intents are kept, and are claimed already by the sessions that are made anew.
                Consumer(Kind.STATION, facts, when=wanted),
                readings,
                Consumer(Kind.DOMAIN, {**happenings, **said.HANDLERS}),
            ),
            said=said.HANDLERS.keys(),
            kept=(SessionRow, RegisterRow, PauseRow, ParkingRow),
            is_alone=True,
        ),
        answers=(
            Answerer(TOTAL_COST, TotalCosts(context.database, settled, clock=context.clock).answer),
            Answerer(START_AD_HOC, intents.start_ad_hoc),
            Answerer(PERSONAL_DATA_OF["sessions"], personal_data.tell),
            Answerer(OBSTACLES_OF["sessions"], Obstacle(context.database).answer),
            Answerer(TRANSACTION_LIMIT, Limits(context.database).answer),
        ),
        background=(settled.listen,),
        workers=(
            *_running_costs(context),
            Worker("settle", settlement.go_on, every_s=_SETTLE_EVERY_S, after_events_s=_AFTER_EVENTS_S),
            Worker("settle_parking", stays.go_on, every_s=_SETTLE_EVERY_S, after_events_s=_AFTER_EVENTS_S),
            Worker("say_idle", watch.say_idle, every_s=_WATCH_EVERY_S),
            Worker("end_lost", watch.end_lost, every_s=_WATCH_EVERY_S),
            Worker("stop_owed", stops.go_on, every_s=_STOP_EVERY_S, after_events_s=_AFTER_EVENTS_S),
            Worker("give_up_late_intents", intents.give_up_late, every_s=_GIVE_UP_EVERY_S),
        ),
    )


def _running_costs(context: Context[SessionsSettings]) -> tuple[Worker, ...]:
    settings = context.settings
    if not settings.tells_running_cost:
        return ()
    costs = RunningCosts(context.database, context.bus, every_s=settings.running_cost_every_s, clock=context.clock)
    return (Worker("tell_running_costs", costs.tell, every_s=_TELL_EVERY_S),)


SERVICE = Service(name="sessions", package=Path(__file__).parent, settings=SessionsSettings, build=build)
