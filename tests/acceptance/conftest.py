"""The whole platform as programs, once for a module; spoken to by wire and REST only."""

import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.shapes import SHAPES, Shape
from tests.acceptance.clients import MakeClient, OcppPackage
from tests.acceptance.network import Network
from tests.acceptance.node_clients import NodeClient, NodeUnavailable, install_packages

CLIENTS = ["ocpp", "ocpp-rpc", "ocpp-ws-io"]


def report(line: str) -> None:
    print(line, file=sys.stderr)


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    """Settings of the programs that a module needs beside the usual ones."""
    return {}


@pytest.fixture(scope="module")
def shape() -> Shape:
    """Of how many processes a module's platform is."""
    return SHAPES["whole"]


@pytest.fixture(scope="module")
def keeps_traces() -> bool:
    """Whether a module's platform keeps what every charge caused."""
    return False


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(
    tmp_path_factory: pytest.TempPathFactory, more_settings: dict[str, str], shape: Shape, keeps_traces: bool
) -> AsyncIterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("platform")
    gateways = {name for name in more_settings if name.startswith("CSMS_")}
    started = Platform(
        folder,
        report=report,
        durable=False,
        shape=shape,
        keeps_traces=keeps_traces,
        environ={},
        gateway_settings={"CSMS_DRAIN_S": "2"} | {name: more_settings[name] for name in gateways},
        backoffice_settings={
            "IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR,
            "SESSIONS_INTENT_EXPIRES_S": "20",
            **{name: value for name, value in more_settings.items() if name not in gateways},
        },
    )
    async with started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(platform: Platform) -> AsyncIterator[RestClient]:
    async with RestClient(platform.rest_url) as client:
        await client.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(platform: Platform, operator: RestClient) -> AsyncIterator[Network]:
    async with Network(platform, operator) as made:
        yield made


@pytest.fixture(params=CLIENTS)
def package(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_client(package: str, pytestconfig: pytest.Config) -> MakeClient:
    if package == "ocpp":
        return OcppPackage
    try:
        modules = install_packages(pytestconfig.cache.mkdir("node-clients"))
    except NodeUnavailable as missing:
        pytest.skip(str(missing))
    return partial(NodeClient, package=package, modules=modules)
