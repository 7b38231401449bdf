"""What reports are made of comes again from the streams: the same rows, and nothing is said a second time."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from backoffice.contracts.billing import CreditNoteIssued, InvoiceIssued
from backoffice.contracts.stations import BayOccupied, BayVacated, StationRemoved
from backoffice.kit.database import driver_dsn
from backoffice.kit.testing import eventually
from backoffice.reporting.app import SERVICE
from chargeyard.cli import main
from chargeyard.embedded.running import Addresses
from chargeyard.replay import ReplayStopped, replay_service
from protocol.domain.identifiers import StationId, TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.reporting.harness import MONDAY, Desk, charged, open_desk, parked

HOUR = timedelta(hours=1)
# All tables but those of audit and alembic: the kit's own must not change either.
TABLES = (
    *("sold", "bookings", "places", "port_changes", "sites", "schedules", "reports"),
    *("inbox", "outbox", "cursors", "dead_letters", "parked_events"),
)
MADE_OF_EVENTS = ("sold", "bookings", "places", "port_changes")
SAID = 19


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(driver_dsn(make_url(database_url)))
    yield opened
    await opened.close()


@pytest.fixture
def addresses(database_url: str, nats_url: str) -> Addresses:
    return Addresses(database_url, nats_url)


async def say_a_week(desk: Desk) -> None:
    """Sessions, stays, bills, faults, a station that is removed and comes back late, and what no row can hold."""
    await desk.open_ports()
    for number in range(3):
        event = charged(f"s{number}", began_at=MONDAY + number * HOUR, wh=number)
        await desk.say(event, key=event.session_id, at=MONDAY + number * HOUR)
    await desk.say(charged("s1", wh=777), key="s1", at=MONDAY + 9 * HOUR)  # the first stands
    await desk.say(charged("s1"), key="s1", at=MONDAY, tenant=TenantId("acme"))
    await desk.say(charged("s9", station="\0"), key="s9", at=MONDAY)
    await desk.status("BER-1", ConnectorStatus.FAULTED, at=MONDAY + HOUR)
    await desk.status("BER-1", ConnectorStatus.AVAILABLE, at=MONDAY)
    await desk.say(StationRemoved(StationId("BER-2"), "berlin"), key="BER-2", at=MONDAY + HOUR)
    await desk.status("BER-2", ConnectorStatus.AVAILABLE, at=MONDAY)
    await desk.say(BayOccupied("P1", "berlin", at=MONDAY), key="P1", at=MONDAY)
    await desk.say(BayVacated("P1", "berlin", at=MONDAY + HOUR), key="P1", at=MONDAY + HOUR)
    await desk.say(parked("p1"), key="p1", at=MONDAY + HOUR)
    invoice = InvoiceIssued(
        session_id="s1",
        invoice_id="i1",
        kind="charging",
        currency="EUR",
        total_excl_vat=Decimal("4.20"),
        total_incl_vat=Decimal("5.00"),
        at=MONDAY + HOUR,
    )
    credit = CreditNoteIssued(**msgspec.structs.asdict(invoice), credit_note_id="n1")
    for event in (invoice, credit, credit):
        await desk.say(event, key="s1", at=MONDAY + 2 * HOUR)


async def hashes(connection: asyncpg.Connection) -> dict[str, tuple[int, str]]:
    """The rows of each table: how many, and a hash of all that they say."""
    found = {}
    for table in TABLES:
        rows = await connection.fetch(f"SELECT t::text AS row FROM reporting.{table} t ORDER BY 1")
        found[table] = (len(rows), hashlib.sha256("\n".join(row["row"] for row in rows).encode()).hexdigest())
    return found


async def is_all_applied(connection: asyncpg.Connection) -> bool:
    sites = await connection.fetchval("SELECT count(*) FROM reporting.sites")
    return bool(sites == 2 and await connection.fetchval("SELECT stream_seq FROM reporting.cursors") == SAID)


async def test_rows_are_the_same_after_they_were_lost(
    database_url: str, nats_url: str, addresses: Addresses, connection: asyncpg.Connection
) -> None:
    told = list[str]()
    async with open_desk(database_url, nats_url) as desk:
        await say_a_week(desk)
        await eventually(lambda: is_all_applied(connection))
        before = await hashes(connection)
        for table in MADE_OF_EVENTS:
            await connection.execute(f"DELETE FROM reporting.{table}")
        assert await hashes(connection) != before

        applied = await replay_service(addresses, SERVICE, since=None, report=told.append)

        assert await hashes(connection) == before
    assert [before[table][0] for table in MADE_OF_EVENTS] == [5, 2, 5, 6]
    assert (before["outbox"][0], before["dead_letters"][0]) == (0, 1)
    assert applied == SAID
    assert told == [f"reporting: {SAID} messages applied again, 1 of them refused"]


async def test_rows_say_again_what_was_said_and_others_stay(
    database_url: str, nats_url: str, addresses: Addresses, connection: asyncpg.Connection
) -> None:
    async with open_desk(database_url, nats_url) as desk:
        await say_a_week(desk)
        await eventually(lambda: is_all_applied(connection))
    # What was told of before the stream begins.
    await connection.execute(
        "INSERT INTO reporting.bookings "
        "SELECT tenant_id, 'i0', sold_id, kind, booked_at, is_credit, currency, net, gross "
        "FROM reporting.bookings WHERE id = 'i1'"
    )
    before = await hashes(connection)
    await connection.execute("UPDATE reporting.sold SET energy_wh = 5, station_id = 'BER-7' WHERE id = 's0'")
    await connection.execute("DELETE FROM reporting.places WHERE station_id = 'BER-1'")
    assert await hashes(connection) != before

    await replay_service(addresses, SERVICE, since=None, report=print)

    assert await hashes(connection) == before


async def test_only_what_was_received_since_then_comes_again(
    database_url: str, nats_url: str, addresses: Addresses, connection: asyncpg.Connection
) -> None:
    async with open_desk(database_url, nats_url) as desk:
        await say_a_week(desk)
        await eventually(lambda: is_all_applied(connection))
    await connection.execute("DELETE FROM reporting.sold")

    await replay_service(addresses, SERVICE, since=MONDAY + HOUR, report=print)

    rows = await connection.fetch("SELECT id, energy_wh FROM reporting.sold ORDER BY id")
    assert [tuple(row) for row in rows] == [("p1", 0), ("s1", 1), ("s2", 2)]


async def test_service_goes_on_behind_a_replay(
    database_url: str, nats_url: str, addresses: Addresses, connection: asyncpg.Connection
) -> None:
    async with open_desk(database_url, nats_url) as desk:
        await say_a_week(desk)
        await eventually(lambda: is_all_applied(connection))
        await replay_service(addresses, SERVICE, since=datetime.now(UTC) + HOUR, report=print)
        await desk.say(charged("s10", wh=10), key="s10", at=MONDAY)

        async def is_sold() -> bool:
            return bool(await connection.fetchval("SELECT energy_wh FROM reporting.sold WHERE id = 's10'") == 10)

        await eventually(is_sold)


async def test_replay_without_its_stream_changes_nothing(
    database_url: str, nats_url: str, addresses: Addresses, connection: asyncpg.Connection
) -> None:
    async with open_desk(database_url, nats_url) as desk:
        await say_a_week(desk)
        await eventually(lambda: is_all_applied(connection))
        before = await hashes(connection)
        await desk.place.bus.jetstream.delete_stream("DOMAIN")

    with pytest.raises(ReplayStopped, match="there is no stream DOMAIN"):
        await replay_service(addresses, SERVICE, since=None, report=print)

    assert await hashes(connection) == before


def test_what_streams_cannot_tell_is_refused_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["replay", "stations"])

    assert code == 1
    said = capsys.readouterr().err
    assert "stations cannot be made again from the streams" in said
    assert "`chargeyard restore`" in said
