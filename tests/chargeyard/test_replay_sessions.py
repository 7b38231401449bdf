"""Lost sessions come again from the streams and their CDRs: the same rows, but for what nobody ever said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from backoffice.contracts.identity import DriverDeleted
from backoffice.kit.database import driver_dsn
from backoffice.kit.testing import eventually
from backoffice.sessions.app import SERVICE
from chargeyard.embedded.running import Addresses
from chargeyard.replay import NotAlone, NotInPart, replay_service
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, TransactionId
from protocol.domain.status import ChargingState, ConnectorStatus
from tests.backoffice.sessions.harness import Others, ended, publish, reading, start_by_app, started
from tests.backoffice.sessions.test_parking import claim, occupy, vacate
from tests.factories.places import HttpPlace, open_place

OURS = {"sessions": "id", "registers": "measured_at", "pauses": "changed_at", "parking_sessions": "id"}
OTHERS = {"cdrs": "id", "intents": "id", "inbox": "event_id", "outbox": "id", "cursors": "partition"}
# Of sessions that are settled nobody says these again; the guide names them.
NEVER_SAID = {
    "sessions": {"tariff", "updated_at", "progress_said_at"},
    "parking_sessions": {"tariff", "updated_at", "timezone"},
}
ASKED_AGAIN = {"tariff_id", "tariff_version", "timezone"}  # where a session is not settled yet
FORGOTTEN = DriverId("driver-3")
Rows = dict[str, Sequence[dict[str, Any]]]


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(driver_dsn(make_url(database_url)))
    yield opened
    await opened.close()


@asynccontextmanager
async def running(addresses: Addresses) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=addresses.database_url, nats_url=addresses.nats_url) as place:
        playing = [asyncio.create_task(place.bus.serve(answerer)) for answerer in Others().answerers()]
        yield place
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def play(place: HttpPlace, connection: asyncpg.Connection) -> None:
    """A card with a pause, one that is refused, an end before its start, who is deleted, a start by app, and a stay.

    The last that happens is that a charge is completed: of what is said then no consumer of ours reads anything.
    """
    await publish(place, started())
    await publish(place, reading("5000", minutes=5), minutes=5)
    suspended = ConnectorStatusReported(ConnectorStatus.OCCUPIED, 1, 1, charging_state=ChargingState.SUSPENDED_EV)
    await publish(place, suspended, minutes=10)
    await publish(place, ended(), minutes=30)
    refused = Authorization(AuthorizationStatus.BLOCKED, AuthorizationBasis.IDENTITY)
    await publish(place, started(transaction_id=TransactionId("18"), authorization=refused), minutes=31)
    await publish(place, ended(transaction_id=TransactionId("18")), minutes=32)
    await publish(place, ended(transaction_id=TransactionId("19")), minutes=60)
    await publish(place, started(transaction_id=TransactionId("19")), minutes=40)
    theirs = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, FORGOTTEN)
    await publish(place, started(transaction_id=TransactionId("20"), authorization=theirs), minutes=62)
    await publish(place, ended(transaction_id=TransactionId("20")), minutes=65)
    assert (await start_by_app(place)).status_code == 202
    remote = await eventually(lambda: connection.fetchval("SELECT remote_start_id FROM sessions.intents"))
    by_app = {"transaction_id": TransactionId("21"), "remote_start_id": remote, "token": None, "authorization": None}
    await publish(place, started(**by_app), minutes=70)
    charging = TransactionUpdated(transaction_id=TransactionId("21"), charging_state=ChargingState.CHARGING)
    await publish(place, charging, minutes=71)
    await occupy(place)
    await eventually(lambda: connection.fetchval("SELECT count(*) = 1 FROM sessions.parking_sessions"))
    assert (await claim(place)).status_code == 200
    await vacate(place, minutes=180)
    expected = {"17": "completed", "18": "unauthorised", "19": "completed", "20": "completed", "21": "charging"}
    await eventually(lambda: is_quiet(connection, expected))
    await place.publish_domain(DriverDeleted(FORGOTTEN), key=FORGOTTEN)
    await eventually(
        lambda: connection.fetchval(
            "SELECT driver_id LIKE 'deleted-%' FROM sessions.sessions WHERE transaction_id = '20'"
        )
    )
    await publish(place, started(transaction_id=TransactionId("22")), minutes=200)
    await publish(place, ended(transaction_id=TransactionId("22")), minutes=210)
    await eventually(lambda: is_quiet(connection, {**expected, "22": "completed"}))


async def is_quiet(connection: asyncpg.Connection, expected: dict[str, str]) -> bool:
    """Sessions are in these states, the stay is over, the open one has its tariff, and all of it is said and heard."""
    states = dict(await connection.fetch("SELECT transaction_id, state FROM sessions.sessions"))
    stay = await connection.fetchval("SELECT state FROM sessions.parking_sessions")
    has_tariff = await connection.fetchval("SELECT tariff_id FROM sessions.sessions WHERE transaction_id = '21'")
    unsaid = await connection.fetchval("SELECT count(*) FROM sessions.outbox WHERE published_at IS NULL")
    return states == expected and stay == "completed" and has_tariff == "T" and not unsaid


async def rows_of(connection: asyncpg.Connection, tables: dict[str, str]) -> Rows:
    return {
        table: [dict(row) for row in await connection.fetch(f"SELECT * FROM sessions.{table} ORDER BY {key}")]
        for table, key in tables.items()
    }


def told(rows: Rows) -> Rows:
    """The rows in what is said of them."""
    shown: Rows = {}
    for table, each in rows.items():
        unsaid = NEVER_SAID.get(table, set())
        shown[table] = [
            {
                name: value
                for name, value in row.items()
                if name not in (unsaid | ASKED_AGAIN if row.get("state") == "charging" else unsaid)
            }
            for row in each
        ]
    return shown


async def test_lost_sessions_are_again_what_was_said_of_them(
    database_url: str, nats_url: str, connection: asyncpg.Connection
) -> None:
    addresses = Addresses(database_url, nats_url)
    async with running(addresses) as place:
        await play(place, connection)
        await place.bus.jetstream.purge_stream("READINGS")  # it forgets soon; the CDR does not
    before, others = await rows_of(connection, OURS), await rows_of(connection, OTHERS)
    for table in OURS:
        await connection.execute(f"DELETE FROM sessions.{table}")

    await replay_service(addresses, SERVICE, since=None, report=print)

    after = await rows_of(connection, OURS)
    for table in OURS:
        assert told(after)[table] == told(before)[table], table
    assert [len(before[table]) for table in OURS] == [6, 1, 2, 1]
    assert await rows_of(connection, OTHERS) == others
    async with running(addresses):
        states = {row["transaction_id"]: row["state"] for row in before["sessions"]}
        await eventually(lambda: is_quiet(connection, states))
    assert (await rows_of(connection, OTHERS))["cdrs"] == others["cdrs"]
    assert (await rows_of(connection, OTHERS))["outbox"] == others["outbox"]


async def test_rows_that_are_there_stay_as_they_are(
    database_url: str, nats_url: str, connection: asyncpg.Connection
) -> None:
    addresses = Addresses(database_url, nats_url)
    async with running(addresses) as place:
        await play(place, connection)
        with pytest.raises(NotAlone):
            await replay_service(addresses, SERVICE, since=None, report=print)
    with pytest.raises(NotInPart):
        await replay_service(addresses, SERVICE, since=datetime.now(UTC), report=print)
    await connection.execute("DELETE FROM sessions.sessions WHERE transaction_id = '19'")
    before, others = await rows_of(connection, OURS), await rows_of(connection, OTHERS)

    await replay_service(addresses, SERVICE, since=None, report=print)

    after = await rows_of(connection, OURS)
    assert [row for row in after["sessions"] if row["transaction_id"] != "19"] == before["sessions"]
    assert len(after["sessions"]) == 6
    assert after | {"sessions": []} == before | {"sessions": []}
    assert await rows_of(connection, OTHERS) == others
