"""The reservations service, put together."""

from pathlib import Path

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, PERSONAL_DATA_OF, PersonalData
from backoffice.contracts.reservations import HOLDER_OF
from backoffice.contracts.sessions import ChargingSessionStarted
from backoffice.contracts.stations import BayOccupied, PlacesClosed, StationStatusChanged
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import Consumer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.reservations.charges import Charges
from backoffice.reservations.consumers import ReservationEvents, is_station_back
from backoffice.reservations.holds import Holds
from backoffice.reservations.privacy import Obstacle, on_driver_deleted
from backoffice.reservations.privacy_repository import PERSONAL_TABLES
from backoffice.reservations.routes import router
from backoffice.reservations.service import Reservations
from backoffice.reservations.settings import ReservationsSettings
from backoffice.reservations.watch import Watch
from protocol.bus.subjects import Kind

_TELL_EVERY_S = 1.0
_LOOK_EVERY_S = 1.0
_EXPIRE_EVERY_S = 1.0
_SETTLE_EVERY_S = 1.0


def build(context: Context[ReservationsSettings]) -> Parts:
    """Its parts."""
    database, bus, settings, clock = context.database, context.bus, context.settings, context.clock
    reservations = Reservations(database, bus, settings=settings, clock=clock)
    holds = Holds(database, bus, settings=settings, clock=clock)
    watch = Watch(database, bus, settings=settings, clock=clock)
    charges = Charges(database, bus, settings=settings, clock=clock)
    events = ReservationEvents(settings=settings, clock=clock)
    return Parts(
        routers=(router,),
        provides=(reservations,),
        consumers=(
            Consumer(
                Kind.DOMAIN,
                {
                    ChargingSessionStarted: events.on_session_started,
                    BayOccupied: events.on_bay_occupied,
                    PlacesClosed: events.on_places_closed,
                    StationStatusChanged: events.on_station_back,
                    DriverDeleted: on_driver_deleted,
                },
                when={StationStatusChanged: is_station_back},
            ),
        ),
        answers=(
            Answerer(HOLDER_OF, reservations.answer_holder),
            Answerer(
                PERSONAL_DATA_OF["reservations"], PersonalDataDesk(database, PERSONAL_TABLES, PersonalData.of).tell
            ),
            Answerer(OBSTACLES_OF["reservations"], Obstacle(database).answer),
        ),
        workers=(
            Worker("tell_stations", holds.go_on, every_s=_TELL_EVERY_S),
            Worker("look_at_places", watch.look, every_s=_LOOK_EVERY_S),
            Worker("expire_reservations", watch.expire, every_s=_EXPIRE_EVERY_S),
            Worker("settle_reservations", charges.settle, every_s=_SETTLE_EVERY_S),
        ),
    )


SERVICE = Service(
    name="reservations",
    package=Path(__file__).parent,
    settings=ReservationsSettings,
    build=build,
    extensions=("btree_gist",),
)
