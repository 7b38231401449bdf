"""Stations, put together."""

from pathlib import Path

from fastapi import APIRouter

from backoffice.contracts.stations import DESCRIBE_EVSE, START_ON_EVSE, STOP_TRANSACTION
from backoffice.kit.bus import Answerer
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.stations import command_routes, import_routes, onboarding_routes, routes
from backoffice.stations.commands import StationCommands
from backoffice.stations.consumers import Admissions, StationFacts
from backoffice.stations.credentials import Credentials
from backoffice.stations.onboarding import Onboarding
from backoffice.stations.prices import Prices
from backoffice.stations.registry import Registry
from backoffice.stations.service import Stations
from backoffice.stations.settings import StationsSettings

RECONCILE_EVERY_S = 300.0
FORGET_PASSWORDS_EVERY_S = 60.0


def build(context: Context[StationsSettings]) -> Parts:
    """The parts of stations."""
    settings = context.settings
    registry = Registry(context.bus, context.database, heartbeat_interval_s=settings.heartbeat_interval_s)
    stations = Stations(
        context.database,
        commands=StationCommands(context.bus, timeout_s=settings.command_timeout_s),
        registry=registry,
        pepper=settings.credential_pepper.get_secret_value().encode(),
        clock=context.clock,
    )
    onboarding = Onboarding(
        stations,
        clock=context.clock,
        station_url=settings.station_url,
        tls_station_url=settings.tls_station_url,
    )
    credentials = Credentials(
        stations,
        pepper=settings.credential_pepper.get_secret_value().encode(),
        clock=context.clock,
        overlap=settings.credential_overlap,
    )
    router = APIRouter()
    router.include_router(routes.router)
    router.include_router(import_routes.router)
    router.include_router(onboarding_routes.router)
    router.include_router(command_routes.router)
    return Parts(
        router=router,
        provides=(stations, onboarding, Prices(context.bus, timeout_s=settings.price_timeout_s, clock=context.clock)),
        consumers=(StationFacts(onboarding, clock=context.clock).consumer(), Admissions(registry).consumer()),
        answers=(
            Answerer(DESCRIBE_EVSE, stations.describe_evse),
            Answerer(START_ON_EVSE, stations.start_on_evse),
            Answerer(STOP_TRANSACTION, stations.stop_transaction),
        ),
        workers=(
            Worker("reconcile_registry", registry.reconcile, every_s=RECONCILE_EVERY_S),
            Worker("forget_old_passwords", credentials.forget_expired, every_s=FORGET_PASSWORDS_EVERY_S),
        ),
        background=(registry.keep_reconciled,),
    )


SERVICE = Service(
    name="stations",
    package=Path(__file__).parent,
    settings=StationsSettings,
    build=build,
    extensions=("cube", "earthdistance"),
)
