"""Profiles, put together."""

from pathlib import Path

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import PERSONAL_DATA_OF, PersonalData
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import Consumer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.profiles import export_routes, favourite_routes
from backoffice.profiles.consumers import on_driver_deleted
from backoffice.profiles.departures import Departures
from backoffice.profiles.exports import Exports
from backoffice.profiles.repository import PERSONAL_TABLES
from backoffice.profiles.routes import router as own_router
from backoffice.profiles.service import Profiles
from backoffice.profiles.settings import ProfilesSettings
from protocol.bus.subjects import Kind

_GATHER_EVERY_S = 1.0
_EXPIRE_EVERY_S = 60.0


def build(context: Context[ProfilesSettings]) -> Parts:
    """Its parts."""
    database, bus, settings, clock = context.database, context.bus, context.settings, context.clock
    exports = Exports(database, bus, settings=settings, clock=clock)
    personal_data = PersonalDataDesk(database, PERSONAL_TABLES, PersonalData.of)
    return Parts(
        routers=(own_router, favourite_routes.router, export_routes.router),
        provides=(Profiles(database, bus, settings=settings, clock=clock), exports, Departures(bus)),
        consumers=(Consumer(Kind.DOMAIN, {DriverDeleted: on_driver_deleted}),),
        answers=(Answerer(PERSONAL_DATA_OF["profiles"], personal_data.tell),),
        workers=(
            Worker("gather_exports", exports.gather, every_s=_GATHER_EVERY_S),
            Worker("expire_exports", exports.expire, every_s=_EXPIRE_EVERY_S),
        ),
    )


SERVICE = Service(name="profiles", package=Path(__file__).parent, settings=ProfilesSettings, build=build)
