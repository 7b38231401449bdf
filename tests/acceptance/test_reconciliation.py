"""Losses planted in the platform's database: the reconciliation finds each, and names it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform, free_port
from chargeyard.rest import RestClient
from chargeyard.world import make_world
from simulator.books import OperatorsView
from simulator.differences import Difference, Kind
from simulator.ledger import read_ledger
from simulator.plan import Settings
from simulator.settling import reconcile_when_settled
from tests.acceptance.played import NOON, play, provision_for_the_day

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

TABLES = ("sessions.sessions", "billing.invoices", "billing.payments", "telemetry.readings")
STATIONS = 8

PAID_SESSION = """
    SELECT s.id FROM sessions.sessions s JOIN billing.invoices i ON i.session_id = s.id
    WHERE i.state = 'paid' AND s.tariff_id = 'city-ac' AND s.energy_wh > 1000
    ORDER BY s.started_at, s.id LIMIT 1
"""


def copy_of(table: str, where: str, **changes: str) -> str:
    """SQL that inserts the row again, with some columns changed; `$1` is the session."""
    changed = json.dumps(changes).replace("'", "''")
    return f"INSERT INTO {table} SELECT (jsonb_populate_record(t, '{changed}'::jsonb)).* FROM {table} t WHERE {where}"


ONE_INVOICE_A_SESSION = "one_invoice_a_session"
OF_SESSION = "session_id = $1"
OF_INVOICE = "invoice_id IN (SELECT id FROM billing.invoices WHERE session_id = $1)"
NO_INVOICE = (f"DELETE FROM billing.payments WHERE {OF_INVOICE}", f"DELETE FROM billing.invoices WHERE {OF_SESSION}")
ONE_READING = """
    t.measurand = 'Energy.Active.Import.Register' AND t.measured_at = (
        SELECT max(r.measured_at) FROM telemetry.readings r
        JOIN sessions.sessions s USING (tenant_id, station_id, transaction_id)
        WHERE s.id = $1 AND r.context = 'Sample.Periodic' AND r.station_id = t.station_id)
"""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is done to the database, and what it is called."""

    name: str
    kind: Kind
    statements: Sequence[str]


LOSSES = (
    Loss(
        "a dropped stop",
        Kind.SESSION_NOT_ENDED,
        (*NO_INVOICE, "UPDATE sessions.sessions SET state = 'charging', ended_at = NULL, end_wh = NULL WHERE id = $1"),
    ),
    Loss(
        "a doubled reading",
        Kind.DOUBLED_READING,
        (copy_of("telemetry.readings", ONE_READING, context="Sample.Clock"),),
    ),
    Loss("a missing reading", Kind.MISSING_READING, (f"DELETE FROM telemetry.readings t WHERE {ONE_READING}",)),
    Loss(
        "a wrong tariff",
        Kind.WRONG_TARIFF,
        (
            "UPDATE sessions.sessions SET tariff_id = 'city-dc', cost_incl_vat = cost_incl_vat + 1 WHERE id = $1",
            f"UPDATE billing.payments SET amount = amount + 1 WHERE {OF_INVOICE}",
            f"UPDATE billing.invoices SET total_incl_vat = total_incl_vat + 1, paid = paid + 1 WHERE {OF_SESSION}",
        ),
    ),
    Loss(
        "the prices of another time of the day",
        Kind.WRONG_TARIFF,
        ("UPDATE sessions.sessions SET tariff_version = 3 - tariff_version WHERE id = $1",),
    ),
    Loss("a wrong price", Kind.WRONG_COST, ("UPDATE sessions.sessions SET cost_incl_vat = 0.01 WHERE id = $1",)),
    Loss(
        "a capture twice",
        Kind.PAID_TWICE,
        (copy_of("billing.payments", OF_INVOICE, provider_reference="captured again"),),
    ),
    Loss("a missing invoice", Kind.MISSING_INVOICE, NO_INVOICE),
    Loss("energy off", Kind.WRONG_ENERGY, ("UPDATE sessions.sessions SET energy_wh = energy_wh + 7 WHERE id = $1",)),
    Loss(
        "a session billed twice",
        Kind.BILLED_TWICE,
        (
            f"ALTER TABLE billing.invoices DROP CONSTRAINT {ONE_INVOICE_A_SESSION}",
            copy_of("billing.invoices", OF_SESSION, id="again", number="999999", state="open", paid="0"),
        ),
    ),
    Loss(
        "another driver's invoice",
        Kind.WRONG_PAYER,
        (f"UPDATE billing.invoices SET driver_id = 'another' WHERE {OF_SESSION}",),
    ),
    Loss("another token", Kind.WRONG_TOKEN, ("UPDATE sessions.sessions SET token_mask = '…99Z' WHERE id = $1",)),
    Loss(
        "a session that nobody delivered",
        Kind.UNKNOWN_SESSION,
        (copy_of("sessions.sessions", "id = $1", id="nobody's", transaction_id="nobody's"),),
    ),
    Loss(
        "a start that moved",
        Kind.WRONG_START,
        ("UPDATE sessions.sessions SET started_at = started_at - interval '3 seconds' WHERE id = $1",),
    ),
    Loss(
        "an end that moved",
        Kind.WRONG_END,
        ("UPDATE sessions.sessions SET ended_at = ended_at + interval '1 millisecond' WHERE id = $1",),
    ),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ledger(
    platform: Platform, operator: RestClient, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Path]:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    world = make_world(STATIONS, secret=platform.secrets.token_key, settings=Settings(sample_interval_s=300))
    await provision_for_the_day(platform, operator, world)
    await play(platform, world, path, begin=NOON - timedelta(hours=5), hours=10)
    yield path


@asynccontextmanager
async def damaged(platform: Platform, loss: Loss) -> AsyncIterator[None]:
    """The loss is there within the context, and nothing of it after."""
    database = await platform.servers.postgres.connect()
    try:
        session_id = await database.fetchval(PAID_SESSION)
        constraint = await find_constraint(database)
        assert constraint is not None
        for table in TABLES:
            await database.execute(f"CREATE TEMPORARY TABLE {kept(table)} AS TABLE {table}")
        try:
            for statement in loss.statements:
                arguments = [session_id] if "$1" in statement else []
                done = await database.execute(statement.replace(ONE_INVOICE_A_SESSION, constraint), *arguments)
                assert done.endswith((" 1", "TABLE")), f"{done}: {statement}"
            yield
        finally:
            await restore(database, constraint)
    finally:
        await database.close()


async def restore(database: asyncpg.Connection, constraint: str) -> None:
    await database.execute("SET session_replication_role = replica")
    for table in TABLES:
        await database.execute(f"DELETE FROM {table}")
        await database.execute(f"INSERT INTO {table} TABLE {kept(table)}")
    if await find_constraint(database) is None:
        await database.execute(
            f"ALTER TABLE billing.invoices ADD CONSTRAINT {constraint} UNIQUE (tenant_id, session_id)"
        )


async def find_constraint(database: asyncpg.Connection) -> str | None:
    name: str | None = await database.fetchval(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'billing.invoices'::regclass"
        " AND pg_get_constraintdef(oid) = 'UNIQUE (tenant_id, session_id)'"
    )
    return name


def kept(table: str) -> str:
    return "kept_" + table.replace(".", "_")


async def differences(platform: Platform, ledger: Path, *, patience_s: float = 0.0) -> list[Difference]:
    async with OperatorsView(platform.rest_url) as view:
        await view.log_in(OPERATOR, platform.secrets.operator_password)
        prices = await view.read_prices()
        found = await reconcile_when_settled(read_ledger(ledger), view, prices, patience_s=patience_s)
    assert len(found.matches) >= 20
    assert found.readings > len(found.matches)
    assert found.priced >= len(found.matches) - 2
    assert not found.unpriced
    return found.differences


async def reconcile_by_command(
    platform: Platform, ledger: Path, *options: str, url: str = "", password: str | None = None
) -> tuple[int | None, str, str]:
    password = platform.secrets.operator_password if password is None else password
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "reconcile", "--ledger", str(ledger)),
        *("--url", url or platform.rest_url, "--login", OPERATOR, *options),
        env=dict(os.environ) | {"CHARGEYARD_PASSWORD": password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_what_was_delivered_is_booked_at_the_prices_of_its_time(platform: Platform, ledger: Path) -> None:
    assert await differences(platform, ledger, patience_s=60) == []

    book = read_ledger(ledger)
    starts = [entry.started_at for entry in book.entries]
    assert min(starts) < NOON < max(starts)
    assert {entry.version for entry in book.entries} == {"1.6", "2.0.1"}


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name.replace(" ", "-"))
async def test_a_planted_loss_is_found_and_named(platform: Platform, ledger: Path, loss: Loss) -> None:
    async with damaged(platform, loss):
        found = await differences(platform, ledger)

    assert {difference.kind for difference in found} == {loss.kind}, [str(one) for one in found]
    assert await differences(platform, ledger) == []


async def test_the_command_says_how_it_ended(platform: Platform, ledger: Path) -> None:
    clean = await reconcile_by_command(platform, ledger)
    async with damaged(platform, LOSSES[-1]):
        lossy = await reconcile_by_command(platform, ledger, "--json", "--patience", "0")
    nobody = await reconcile_by_command(platform, ledger, url=f"http://127.0.0.1:{free_port()}")
    refused = await reconcile_by_command(platform, ledger, password="wrong")

    assert (clean[0], lossy[0], nobody[0], refused[0]) == (0, 1, 2, 2)
    assert "clean: everything is booked once" in clean[1]
    assert json.loads(lossy[1])["by_kind"] == {"wrong end": 1}
    assert "cannot be asked" in nobody[2]
    assert "/auth/login was answered 401" in refused[2]
