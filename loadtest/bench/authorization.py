"""The answer to a station that asks whether a card may charge, among so many cards.

It is asked over NATS, as the gateway does, and beside that of identity itself where drivers have to have verified
their address. The cards are of a tenth as many drivers. Asker and identity share this process.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import asyncpg

from backoffice.contracts import CATALOGUE
from backoffice.contracts.identity import AUTHORIZE_TOKEN
from backoffice.identity.app import SERVICE
from backoffice.identity.service import Identity
from backoffice.identity.settings import IdentitySettings
from backoffice.kit.auth import new_secrets
from backoffice.kit.bus import Answerer, Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.database import Database
from backoffice.kit.errors import ServiceSilent
from backoffice.kit.forever import forever
from backoffice.kit.migrations import migrate
from backoffice.kit.settings import read_settings
from chargeyard.embedded import EmbeddedServers
from loadtest.bench.measurement import Questions
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DEFAULT_TENANT, StationId

_QUESTIONS_OF_A_KIND = 2_000
_CARDS_OF_A_DRIVER = 10
_ANSWERS_WITHIN_S = 10.0
_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
_STATION = StationId("BENCH-1")

_DATA = (
    """
    INSERT INTO accounts (tenant_id, id, role, email, created_at, verified_at)
    SELECT $1, 'D' || n, 'driver', 'driver' || n || '@example.org', $2, $2 FROM generate_series(0, $3::bigint - 1) AS n
    """,
    """
    INSERT INTO id_tokens (tenant_id, id, driver_id, value, type, mask, is_blocked, group_name, created_at)
    SELECT $1, 'T' || n, 'D' || n % $3::bigint, '', 'ISO14443', '', n % 50 = 0,
           CASE WHEN n % 4 = 0 THEN 'G' || n % $3::bigint END, $2
    FROM generate_series(0, $4::bigint - 1) AS n
    """,
    """
    INSERT INTO token_refs (tenant_id, ref, token_id)
    SELECT $1, md5(kind || n), 'T' || n
    FROM generate_series(0, $2::bigint - 1) AS n, unnest(ARRAY['typed', 'bare']) AS kind
    """,
)


@asynccontextmanager
async def prepared(servers: EmbeddedServers, size: int) -> AsyncIterator[Questions]:
    """There are so many cards, and questions about known ones, with and without asking whose address is verified."""
    await migrate(servers.database_url, [SERVICE])
    connection = await servers.postgres.connect()
    try:
        refs = await _fill(connection, size)
    finally:
        await connection.close()
    database = Database(servers.database_url, service=SERVICE.name, catalogue=CATALOGUE)
    try:
        async with Bus.connected(servers.nats_url, name="bench") as bus, asyncio.TaskGroup() as group:
            answering = group.create_task(bus.serve(Answerer(AUTHORIZE_TOKEN, _identity(database).authorize)))
            await _heard(bus, refs[0])
            strict = _identity(database, require_verified_email=True)
            yield {
                "known card, over NATS": [partial(_ask_bus, bus, ref) for ref in refs],
                "known card, its driver verified": [partial(_ask_identity, strict, ref) for ref in refs],
            }
            answering.cancel()
    finally:
        await database.close()


async def _fill(connection: asyncpg.Connection, cards: int) -> Sequence[str]:
    """The data is there, and by which references it is asked for."""
    drivers = max(1, cards // _CARDS_OF_A_DRIVER)
    await connection.execute("SET search_path = identity, public")
    arguments: tuple[tuple[object, ...], ...] = (
        (DEFAULT_TENANT, _AT, drivers),
        (DEFAULT_TENANT, _AT, drivers, cards),
        (DEFAULT_TENANT, cards),
    )
    for statement, values in zip(_DATA, arguments, strict=True):
        await connection.execute(statement, *values)
    await connection.execute("VACUUM ANALYZE")
    rng = random.Random(cards)  # noqa: S311 # the same cards at every run
    numbers = [rng.randrange(cards) for _ in range(_QUESTIONS_OF_A_KIND)]
    found = await connection.fetch("SELECT md5('typed' || n) AS ref FROM unnest($1::bigint[]) AS n", numbers)
    return [row["ref"] for row in found]


def _identity(database: Database, *, require_verified_email: bool = False) -> Identity:
    chosen = {"IDENTITY_REQUIRE_VERIFIED_EMAIL": str(require_verified_email)}
    settings = read_settings([IdentitySettings], new_secrets() | chosen).of(IdentitySettings)
    return Identity(database, settings=settings, clock=utc_now)


async def _heard(bus: Bus, ref: str) -> None:
    """Identity answers by now."""
    async with asyncio.timeout(_ANSWERS_WITHIN_S):
        for _ in forever():
            with suppress(ServiceSilent):
                await _ask_bus(bus, ref)
                return
            await asyncio.sleep(0.01)


async def _ask_bus(bus: Bus, ref: str) -> int:
    return _accepted(await bus.ask(AUTHORIZE_TOKEN, _question(ref)))


async def _ask_identity(identity: Identity, ref: str) -> int:
    return _accepted(await identity.authorize(_question(ref)))


def _question(ref: str) -> AuthorizeToken:
    return AuthorizeToken(DEFAULT_TENANT, ref, _STATION)


def _accepted(verdict: TokenVerdict) -> int:
    return int(verdict.status is AuthorizationStatus.ACCEPTED)
