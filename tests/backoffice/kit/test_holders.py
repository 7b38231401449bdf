"""Where no connection of the pool is free, the log says who has them and where each of them waits."""

import asyncio

import pytest
from structlog.testing import capture_logs

from backoffice.kit import database as kit
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import DatabaseUnavailable
from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample


@pytest.mark.usefixtures("place")
async def test_who_finds_no_connection_is_told_who_has_them(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "POOL_TIMEOUT_S", 0.2)
    url = sample.database.url.render_as_string(hide_password=False)
    database = Database(url, service=sample.database.service, catalogue=SAMPLE_CATALOGUE)
    done = asyncio.Event()

    async def wait_for_the_end() -> None:
        await done.wait()

    async def have_one() -> None:
        async with database.transaction(ALL_TENANTS):
            await wait_for_the_end()

    with capture_logs() as lines:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(kit.POOL_SIZE):
                tasks.create_task(have_one())
            await asyncio.sleep(0.2)
            with pytest.raises(DatabaseUnavailable, match="QueuePool"):
                await database.check()
            done.set()
    await database.check()
    await database.close()

    (line,) = [line for line in lines if line["event"] == "no connection is free"]
    assert len(line["busy"]) == kit.POOL_SIZE
    for busy in line["busy"]:
        assert "have_one" in busy
        assert "wait_for_the_end (test_holders.py:" in busy
