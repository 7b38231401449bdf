"""A platform is backed up while it runs, destroyed, and restored: the books are the same, and charging goes on."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from chargeyard.backup.database import load
from chargeyard.backup.errors import BackupDamaged, BackupFolderTaken, DataThere, ToolFailed
from chargeyard.backup.restore import check, restore
from chargeyard.backup.save import save
from chargeyard.demo import OPERATOR
from chargeyard.embedded import EmbeddedServers
from chargeyard.embedded.running import Addresses, find_running
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.secrets import SECRETS_FILE
from chargeyard.world import make_world
from simulator.books import OperatorsView
from simulator.ledger import read_ledger
from simulator.plan import Settings
from simulator.settling import reconcile_when_settled
from tests.acceptance.conftest import report
from tests.acceptance.played import NOON, play, provision_for_the_day

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(300)]

STATIONS = 4
COUNTED = (
    "sessions.sessions", "sessions.cdrs", "billing.invoices", "billing.payments", "billing.ledger_entries",
    "telemetry.readings", "identity.accounts", "stations.stations",
)  # fmt: skip


@asynccontextmanager
async def platform_at(folder: Path) -> AsyncIterator[Platform]:
    settings = {"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR}
    async with Platform(folder, report=report, durable=False, environ={}, backoffice_settings=settings) as platform:
        yield platform


async def reconciled(platform: Platform, ledger: Path) -> int:
    """How many sessions match what the fleet delivered; all of them do."""
    async with OperatorsView(platform.rest_url) as view:
        await view.log_in(OPERATOR, platform.secrets.operator_password)
        prices = await view.read_prices()
        found = await reconcile_when_settled(read_ledger(ledger), view, prices, patience_s=60)
    assert found.differences == []
    return len(found.matches)


async def rows_in(platform: Platform) -> dict[str, int]:
    database: asyncpg.Connection = await platform.servers.postgres.connect()
    try:
        return {table: await database.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED}
    finally:
        await database.close()


async def applied_in(platform: Platform) -> dict[str, int]:
    database: asyncpg.Connection = await platform.servers.postgres.connect()
    try:
        rows = await database.fetch("SELECT partition, stream_seq FROM sessions.cursors")
        return {row["partition"]: row["stream_seq"] for row in rows}
    finally:
        await database.close()


async def test_platform_is_restored_as_it_was_and_goes_on(tmp_path: Path) -> None:
    first, second, backup = tmp_path / "first", tmp_path / "second", tmp_path / "backup"
    world = None
    async with platform_at(first) as platform:
        world = make_world(STATIONS, secret=platform.secrets.token_key, settings=Settings(sample_interval_s=300))
        async with RestClient(platform.rest_url) as operator:
            await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
            await provision_for_the_day(platform, operator, world)
        await play(platform, world, tmp_path / "before.jsonl", begin=NOON, hours=3)
        matches = await reconciled(platform, tmp_path / "before.jsonl")
        before, applied = await rows_in(platform), await applied_in(platform)
        running = find_running(platform.servers.data_dir)
        assert running is not None
        await save(running, backup, secrets_file=first / SECRETS_FILE, report=report)
        with pytest.raises(BackupFolderTaken):
            await save(running, backup, secrets_file=first / SECRETS_FILE, report=report)
    shutil.rmtree(first)

    manifest = check(backup)
    async with EmbeddedServers(second, durable=False, environ={}) as servers:
        addresses = Addresses(servers.database_url, servers.nats_url)
        secrets_file = second / SECRETS_FILE
        await restore(manifest, backup, addresses, secrets_file=secrets_file, is_overwriting=False, report=report)
        with pytest.raises(DataThere):
            await restore(manifest, backup, addresses, secrets_file=secrets_file, is_overwriting=False, report=report)

    async with platform_at(second) as platform:
        assert await reconciled(platform, tmp_path / "before.jsonl") == matches >= 3
        assert await rows_in(platform) == before
        await play(platform, world, tmp_path / "after.jsonl", begin=NOON.replace(hour=18), hours=2, seed=8)
        assert await reconciled(platform, tmp_path / "after.jsonl") >= 1
        later = await applied_in(platform)
    assert all(later[partition] > seq for partition, seq in applied.items())


@pytest.mark.parametrize("name", ["database.dump", "stream-FACTS.gz"])
async def test_backup_that_was_changed_is_not_restored(tmp_path: Path, name: str) -> None:
    async with EmbeddedServers(tmp_path / "data", durable=False, environ={}) as servers:
        addresses = Addresses(servers.database_url, servers.nats_url)
        (tmp_path / "backup").mkdir(mode=0o755)
        await save(addresses, tmp_path / "backup", secrets_file=tmp_path / "none", report=report)
    assert check(tmp_path / "backup").revisions == {}
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    with (tmp_path / "backup" / name).open("ab") as file:
        file.write(b"x")

    with pytest.raises(BackupDamaged, match="not as it was written"):
        check(tmp_path / "backup")
    (tmp_path / "backup" / name).unlink()
    with pytest.raises(BackupDamaged, match="missing"):
        check(tmp_path / "backup")


async def test_what_was_there_stays_where_a_dump_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "database.dump").write_bytes(b"no dump of anything")
    async with EmbeddedServers(tmp_path / "data", durable=False, environ={}) as servers:
        database: asyncpg.Connection = await servers.postgres.connect()
        try:
            await database.execute("CREATE SCHEMA sessions; CREATE TABLE sessions.kept AS SELECT 7 AS number")
            for _ in range(2):
                with pytest.raises(ToolFailed):
                    await load(servers.database_url, tmp_path / "database.dump", {"sessions": (), "billing": ()})

                assert await database.fetchval("SELECT number FROM sessions.kept") == 7
        finally:
            await database.close()
