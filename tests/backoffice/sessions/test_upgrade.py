"""Sessions that run while the service is upgraded: their tokens still decide who pays."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn, server_settings
from backoffice.kit.migrations import migrate
from backoffice.sessions.app import SERVICE
from backoffice.sessions.precedence import Presented, Standing, payer_of

OF_STANDING = 2**40
NEWER = shutil.ignore_patterns("v000[6-9]*", "v00[1-9]*", "__pycache__")
INSERT = """
    INSERT INTO sessions (tenant_id, id, station_id, transaction_id, state, token_ref, token_mask, token_rank,
        driver_id, needs_verdict, is_announced, timezone, energy_wh, cost_excl_vat, cost_incl_vat, currency, flags,
        updated_at)
    VALUES ('default', 's', 'CP001', 's', $1, 'ref', '…', $2, $3, $4, false, 'UTC', 0, 0, 0, '', '{}', now())
"""


@pytest.mark.parametrize(
    ("state", "rank", "driver_id", "needs_verdict", "standing", "at_stop"),
    [
        ("charging", 3, "driver-1", False, Standing.ACCEPTED, False),
        ("charging", OF_STANDING + 3, None, True, Standing.ASKED, False),
        ("charging", OF_STANDING + 3, "driver-1", False, Standing.ACCEPTED, False),
        ("unauthorised", 2 * OF_STANDING + 3, None, False, Standing.REFUSED, False),
        ("awaiting_start", 2 * OF_STANDING + 3, None, False, Standing.REFUSED, False),
        ("ending", 4 * OF_STANDING + 3, "driver-1", False, Standing.ACCEPTED, True),
    ],
)
async def test_token_of_a_running_session_is_remembered(
    empty_database_url: str,
    tmp_path: Path,
    state: str,
    rank: int,
    driver_id: str | None,
    needs_verdict: bool,
    standing: Standing,
    at_stop: bool,
) -> None:
    before = tmp_path / "before"
    shutil.copytree(SERVICE.migrations, before / "migrations", ignore=NEWER)
    await migrate(empty_database_url, [dataclasses.replace(SERVICE, package=before)])
    await query(empty_database_url, INSERT, state, rank, driver_id, needs_verdict)

    await migrate(empty_database_url, [SERVICE])

    [row] = await query(empty_database_url, "SELECT presented FROM sessions")
    token = payer_of(msgspec.json.decode(row["presented"], type=tuple[Presented, ...]))
    assert token is not None
    assert (token.number, token.ref, token.driver_id) == (3, "ref", driver_id)
    assert (token.standing, token.at_stop) == (standing, at_stop)


async def query(empty_database_url: str, statement: str, *values: Any) -> list[Any]:
    settings = server_settings("sessions") | {"app.tenant": "*"}
    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)), server_settings=settings)
    try:
        rows: list[Any] = await connection.fetch(statement, *values)
        return rows
    finally:
        await connection.close()
