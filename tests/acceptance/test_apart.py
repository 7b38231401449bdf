"""As in a cluster: two gateways, every service in a process of its own, each with what is its own and no more."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.errors import Error as NatsError
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn, role_of
from chargeyard.elsewhere import PASSWORD_VARIABLE
from chargeyard.platform import Platform
from chargeyard.shapes import SHAPES, Shape
from protocol.bus.subjects import domain_subject
from protocol.domain.identifiers import TenantId
from tests.acceptance.by_app import charge_by_app
from tests.acceptance.network import Network

# Thirteen programs load at once.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(300),
]

ROOT = Path(__file__).parents[2]
TENANT = TenantId("default")
VIOLATION = "Violation"  # as the server logs it


@pytest.fixture(scope="module")
def shape() -> Shape:
    return SHAPES["apart"]


async def test_charges_at_both_gateways_are_paid(network: Network) -> None:
    # The next connection goes to the next gateway.
    receipts = [await charge_by_app(network, f"APART-{number}") for number in (1, 2)]

    assert [receipt["invoice"]["state"] for receipt in receipts] == ["paid", "paid"]
    for gateway in network.platform.gateways:
        assert '"station_id": "APART-' in gateway.program.log_file.read_text()


async def test_no_program_needed_more_of_nats_than_it_may(network: Network) -> None:
    await charge_by_app(network, "APART-3")

    assert VIOLATION not in network.platform.servers.nats.log_file.read_text()


async def test_service_reads_no_table_of_another(platform: Platform) -> None:
    url = platform.servers.database_url_of(role_of("sessions"))
    connection = await asyncpg.connect(dsn=driver_dsn(make_url(url)))
    try:
        assert await connection.fetchval("SELECT count(*) FROM sessions.outbox") >= 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM billing.outbox")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE chargeyard_billing")
    finally:
        await connection.close()


async def test_service_publishes_nothing_in_the_name_of_another(platform: Platform) -> None:
    refused: asyncio.Queue[Exception] = asyncio.Queue()
    client = await nats.connect(platform.servers.nats_url_of("sessions"), error_cb=refused.put)
    try:
        for subject in (
            domain_subject(TENANT, key="K", service="billing", event="InvoiceIssued"),
            "ev.v1.default.station.0.0.CP1.transactions.TransactionStarted",
            "$JS.API.STREAM.DELETE.FACTS",
        ):
            await client.publish(subject, b"{}")
            said = await asyncio.wait_for(refused.get(), 5)
            assert isinstance(said, NatsError)
            assert subject.lower() in str(said).lower()
    finally:
        await client.close()
    assert VIOLATION in platform.servers.nats.log_file.read_text()


async def test_nats_lets_nobody_in_without_a_password(platform: Platform) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", make_url(platform.servers.nats_url).port)
    await reader.readline()

    writer.write(b'CONNECT {"verbose": false}\r\nPING\r\n')

    assert b"Authorization Violation" in await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()


async def test_smoke_adds_up_against_a_platform_that_runs(platform: Platform) -> None:
    smoke = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "smoke"),
        *("--rest", platform.rest_url, "--stations", platform.station_url),
        cwd=ROOT,
        env={**os.environ, PASSWORD_VARIABLE: platform.secrets.operator_password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await smoke.communicate()

    assert smoke.returncode == 0, said.decode()
    assert b"energy, time and money add up" in said
