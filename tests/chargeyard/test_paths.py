"""The table of paths says of each what its service says of itself."""

import pytest
from fastapi import FastAPI
from nats.aio.client import Client

from backoffice.contracts import CATALOGUE
from backoffice.kit.auth import new_secrets
from backoffice.kit.bus import Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.database import Database
from backoffice.kit.routing import add_routes
from backoffice.kit.service import Context, Service
from backoffice.kit.settings import read_settings
from backoffice.services import load_services
from chargeyard.paths import FRONT, PATHS_OF_SERVICE, PREFIX, service_of_path

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"


def paths_of(service: Service) -> set[str]:
    """Those of its routes, as its description tells them."""
    settings = read_settings([service.settings], new_secrets()).of(service.settings)
    database = Database(NOWHERE, service=service.name, catalogue=CATALOGUE)
    parts = service.build(Context(settings, database, Bus(Client()), utc_now))
    app = FastAPI()
    add_routes(app, parts.routers, prefix="", responses={})
    return set(app.openapi()["paths"])


def test_table_has_every_service() -> None:
    assert list(PATHS_OF_SERVICE) == [service.name for service in load_services()]


@pytest.mark.parametrize("service", load_services(), ids=lambda service: service.name)
async def test_every_route_of_a_service_is_led_to_it_and_every_prefix_is_used(service: Service) -> None:
    paths = paths_of(service)

    assert {service_of_path(PREFIX + path) for path in paths} == {service.name}
    for prefix in PATHS_OF_SERVICE[service.name]:
        assert any(path == prefix or path.startswith(f"{prefix}/") for path in paths), prefix


@pytest.mark.parametrize("path", ["/", "/operator", "/api/docs", "/api/openapi.json", "/api/v1/stationsx"])
def test_what_nobody_owns_is_answered_by_the_front(path: str) -> None:
    assert service_of_path(path) == FRONT
