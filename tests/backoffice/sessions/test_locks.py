"""Two streams tell of the same sessions, each in its own order, and neither waits for the other in a circle."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionUpdated
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import ChargingState
from tests.backoffice.sessions.harness import CP001, T0, reading, started
from tests.factories.places import HttpPlace

SESSIONS, ROUNDS = 40, 12


@pytest.mark.slow
async def test_facts_and_readings_of_many_sessions_make_no_deadlock(
    place: HttpPlace, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(database_url, service="sessions", catalogue=CATALOGUE)
    names = [TransactionId(f"L{number}") for number in range(SESSIONS)]
    for name in names:
        await place.publish_fact(started(transaction_id=name), station=CP001, occurred_at=T0)

    async def tell(round_: int) -> None:
        state = ChargingState.SUSPENDED_EV if round_ % 2 else ChargingState.CHARGING
        for name in names:
            fact = TransactionUpdated(transaction_id=name, evse=1, charging_state=state)
            await place.publish_fact(fact, station=CP001, occurred_at=T0 + timedelta(minutes=round_))

    async def read(round_: int) -> None:
        for name in reversed(names):
            fact = reading(str(1000 + 100 * round_), minutes=round_)
            await place.publish_fact(msgspec.structs.replace(fact, transaction_id=name), station=CP001)

    for round_ in range(1, ROUNDS + 1):
        place.clock.advance(timedelta(seconds=2))
        await asyncio.gather(tell(round_), read(round_))

    async def is_all_heard() -> bool:
        async with database.transaction(ALL_TENANTS) as unit:
            shown = text("SELECT count(*) FROM pauses WHERE changed_at = :at")
            told = (await unit.session.execute(shown, {"at": T0 + timedelta(minutes=ROUNDS)})).scalar_one()
            kept = text("SELECT count(*) FROM registers WHERE measured_at = :at")
            read = (await unit.session.execute(kept, {"at": T0 + timedelta(minutes=ROUNDS)})).scalar_one()
            return bool(told == read == SESSIONS)

    await eventually(is_all_heard, within_s=60)
    await database.close()
    # A batch that lost to another one is tried again.
    assert [record for record in caplog.records if "batch waits" in record.getMessage()] == []
