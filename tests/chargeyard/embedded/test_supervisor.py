"""The embedded servers as a set: they serve, keep their data, and end with their program."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nats
import pytest
import redis.asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import chargeyard
from chargeyard.embedded import DataFolderInUse, EmbeddedServers, ServerDied, ServerStartFailed
from chargeyard.embedded.process import command_line

REPOSITORY = Path(chargeyard.__file__).parents[1]
DEATH_DEADLINE_S = 5.0

# Starts the servers, prints every process that belongs to them, and stays until it is killed.
PARENT_PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from chargeyard.embedded import EmbeddedServers

async def main():
    async with EmbeddedServers(Path(sys.argv[1]), durable=False, environ={}) as servers:
        connection = await servers.postgres.connect()
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        await connection.execute("INSERT INTO kept VALUES ('committed')")
        backends = await connection.fetch("SELECT pid FROM pg_stat_activity")
        print(json.dumps([server.pid for server in servers.embedded] + [row["pid"] for row in backends]), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def start_parent(data_dir: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PARENT_PROGRAM, str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def kill_parent(parent: "subprocess.Popen[str]") -> list[int]:
    """Kill a parent once its servers run; the processes that it owned."""
    assert parent.stdout
    with parent.stdout:
        owned: list[int] = json.loads(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    return owned


def wait_for_deaths(pids: list[int]) -> list[str]:
    """The command lines of those that still run when the deadline is over."""
    deadline = time.monotonic() + DEATH_DEADLINE_S
    while any(command_line(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return [line for pid in pids if (line := command_line(pid))]


async def test_servers_answer_real_clients(database_url: str, nats_url: str, redis_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        version = await connection.scalar(text("SHOW server_version"))
    await engine.dispose()
    bus = await nats.connect(nats_url)
    await bus.jetstream().add_stream(name="PROBE", subjects=["probe"])
    ack = await bus.jetstream().publish("probe", b"word")
    await bus.close()
    async with redis.asyncio.from_url(redis_url) as cache:
        pong = await cache.ping()

    assert str(version).startswith("18.")
    assert ack.seq == 1
    assert pong


async def test_each_test_finds_the_bus_empty(nats_url: str) -> None:
    bus = await nats.connect(nats_url)

    streams = await bus.jetstream().streams_info()
    await bus.close()

    assert streams == []


async def test_server_keeps_its_address_through_stop_and_crash(servers: EmbeddedServers) -> None:
    urls = [server.url for server in servers.embedded]

    for server in servers.embedded:
        await server.stop()
        await server.start()
        await server.kill()
        await server.start()

    assert [server.url for server in servers.embedded] == urls


async def test_acknowledged_messages_survive_a_crash_of_the_bus(servers: EmbeddedServers, nats_url: str) -> None:
    bus = await nats.connect(nats_url)
    await bus.jetstream().add_stream(name="FACTS", subjects=["facts"])
    await bus.jetstream().publish("facts", b"acknowledged")
    await bus.close()

    await servers.nats.kill()
    await servers.nats.start()

    bus = await nats.connect(nats_url)
    kept = await bus.jetstream().get_msg("FACTS", 1)
    await bus.close()
    assert kept.data == b"acknowledged"


async def test_killed_parent_leaves_no_process_and_the_next_start_goes_on(tmp_path: Path) -> None:
    owned = kill_parent(start_parent(tmp_path))

    survivors = wait_for_deaths(owned)
    async with EmbeddedServers(tmp_path, durable=False, environ={}) as servers:
        connection = await servers.postgres.connect()
        kept = await connection.fetchval("SELECT word FROM kept")
        await connection.close()

    assert len(owned) > len(["postgres", "nats", "valkey"])
    assert survivors == []
    assert kept == "committed"


async def test_lock_that_names_a_stranger_does_not_hinder_a_start(tmp_path: Path) -> None:
    async with EmbeddedServers(tmp_path, durable=False, environ={}) as servers:
        await servers.postgres.kill()
        lock = servers.postgres.folder / "postmaster.pid"
        stranger = str(servers.nats.pid)
        lock.write_text("\n".join([stranger, *lock.read_text().splitlines()[1:]]) + "\n")

        await servers.postgres.start()

        assert lock.read_text().splitlines()[0] == str(servers.postgres.pid)


async def test_second_set_on_one_folder_is_told_who_holds_it(servers: EmbeddedServers) -> None:
    second = EmbeddedServers(servers.data_dir, environ={})

    with pytest.raises(DataFolderInUse, match=f"in use by process {os.getpid()}"):
        await second.__aenter__()

    servers.postgres.check_alive()
    connection = await servers.postgres.connect()
    await connection.close()


async def test_given_urls_replace_embedded_parts(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://db.example/ours", "REDIS_URL": "redis://cache.example"}

    async with EmbeddedServers(tmp_path, environ=given) as servers:
        embedded = [server.name for server in servers.embedded]
        urls = [servers.database_url, servers.redis_url]

    assert embedded == ["nats"]
    assert urls == ["postgresql+asyncpg://db.example/ours", "redis://cache.example"]


async def test_failed_start_shows_the_end_of_the_log_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        servers = EmbeddedServers(tmp_path, nats_port=taken.getsockname()[1], environ={})

        with pytest.raises(ServerStartFailed, match="address already in use"):
            await servers.__aenter__()

    assert [server.pid for server in servers.embedded] == [None, None, None]


async def test_watch_reports_a_server_that_dies_by_itself(servers: EmbeddedServers) -> None:
    assert servers.valkey.pid
    os.kill(servers.valkey.pid, signal.SIGKILL)

    with pytest.raises(ServerDied, match="valkey ended by itself"):
        await asyncio.wait_for(servers.watch(), timeout=5)

    await servers.valkey.stop()
    await servers.valkey.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its privileges away")
def test_root_runs_no_server_as_root(servers: EmbeddedServers) -> None:
    owners = {Path(f"/proc/{server.pid}").stat().st_uid for server in servers.embedded}

    assert 0 not in owners
