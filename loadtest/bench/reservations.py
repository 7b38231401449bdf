"""Two drivers want one parking bay for the same time, over and over, each through a process's own connections.

What is measured is the service's own use case on PostgreSQL, with its locks, its exclusion constraint, its row-level
security and its outbox; HTTP and the question to stations are not.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from nats.aio.client import Client

from backoffice.contracts import CATALOGUE
from backoffice.contracts.stations import Place, PlaceDescription
from backoffice.kit.bus import Bus
from backoffice.kit.database import Database
from backoffice.kit.migrations import migrate
from backoffice.reservations.app import SERVICE
from backoffice.reservations.domain import Window
from backoffice.reservations.errors import PlaceReserved
from backoffice.reservations.places import Described
from backoffice.reservations.service import Reservations, Wish
from backoffice.reservations.settings import ReservationsSettings
from chargeyard.embedded import EmbeddedServers
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId

ROUNDS = 1_000
BAY = Place(bay_id="contested")
_BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
_LENGTH = timedelta(hours=1)
_AT_ONCE = 2
_YARD = Described(((BAY, PlaceDescription(is_known=True, location_id="yard", is_reservable=True)),))


class Race(NamedTuple):
    """How many won each round, and how long it took until both drivers knew."""

    winners: list[int]
    latencies_ms: list[float]

    @property
    def is_fair(self) -> bool:
        """Whether one won each time, and one alone."""
        return all(count == 1 for count in self.winners)


async def race(databases: Sequence[Database], *, rounds: int) -> Race:
    """In each round a driver per database wants the bay for the round's hour; some rounds run side by side."""
    services = [
        Reservations(database, Bus(Client()), settings=ReservationsSettings(), clock=lambda: _BEGIN)
        for database in databases
    ]
    result, waiting = Race([], []), iter(range(rounds))

    async def drive() -> None:
        for number in waiting:
            begun = time.perf_counter()
            won = await asyncio.gather(*(_try(service, number, lane) for lane, service in enumerate(services)))
            result.latencies_ms.append((time.perf_counter() - begun) * 1000)
            result.winners.append(sum(won))

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(drive())
    return result


async def _try(service: Reservations, number: int, lane: int) -> bool:
    begin = _BEGIN + number * _LENGTH
    driver = DriverId(f"driver-{number}-{lane}")
    wish = Wish(driver_id=driver, places=[BAY], window=Window(begin, begin + _LENGTH), asked_by=driver)
    try:
        async with service.database.transaction(DEFAULT_TENANT) as unit:
            await service.create(unit, wish, _YARD)
    except PlaceReserved:
        return False
    return True


async def _measure(rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        async with EmbeddedServers(Path(folder), durable=False, environ={}) as servers:
            await migrate(servers.database_url, [SERVICE])
            databases = [Database(servers.database_url, service=SERVICE.name, catalogue=CATALOGUE) for _ in range(2)]
            try:
                begun = time.perf_counter()
                result = await race(databases, rounds=rounds)
                took_s = time.perf_counter() - begun
            finally:
                for database in databases:
                    await database.close()
    ordered = sorted(result.latencies_ms)
    return {
        "rounds": rounds,
        "rounds_with_one_winner": sum(count == 1 for count in result.winners),
        "rounds_per_s": round(rounds / took_s, 1),
        "p50_ms": round(ordered[len(ordered) // 2], 2),
        "p99_ms": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 2),
    }


def measure(*, rounds: int = ROUNDS) -> dict[str, float]:
    """How long a race takes, on servers of its own, and how many rounds had one winner, which must be all."""
    return asyncio.run(_measure(rounds))
