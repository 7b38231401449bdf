"""A driver who is forgotten: what is in the way, and what of their sessions and CDRs is left."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backoffice.contracts import CATALOGUE
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, PERSONAL_DATA_OF, AskObstacles, AskPersonalData
from backoffice.kit.database import Database
from backoffice.kit.personal_data import PSEUDONYM
from backoffice.kit.testing import eventually
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId
from tests.backoffice.sessions.harness import DEFAULT, ended, publish, session_in, start_by_app, started
from tests.backoffice.sessions.test_cdrs import cdrs_of, credit
from tests.factories.places import HttpPlace

DRIVER = DriverId("driver-1")


async def obstacles(place: HttpPlace) -> tuple[str, ...]:
    return (await place.bus.ask(OBSTACLES_OF["sessions"], AskObstacles(DEFAULT, DRIVER))).reasons


async def forget(place: HttpPlace) -> None:
    await place.publish_domain(DriverDeleted(DRIVER), key=DRIVER)

    async def is_forgotten() -> bool:
        session = await session_in(place, "completed")
        return str(session["driver_id"]).startswith(PSEUDONYM)

    await eventually(is_forgotten, what="a session of nobody we know")


async def rows_of(database: Database, statement: str) -> list[dict[str, Any]]:
    async with database.transaction(DEFAULT) as unit:
        return [dict(row) for row in (await unit.session.execute(text(statement))).mappings()]


async def test_driver_who_charges_or_is_about_to_cannot_be_forgotten_yet(place: HttpPlace) -> None:
    before = await obstacles(place)
    await start_by_app(place)
    starting = await obstacles(place)
    await publish(place, started())
    await session_in(place, "charging")
    charging = await obstacles(place)

    assert before == ()
    assert len(starting) == len(charging) == 1


async def test_session_and_cdr_stay_and_lead_to_nobody(place: HttpPlace, database_url: str) -> None:
    await publish(place, started())
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")
    (before,) = await cdrs_of(place)

    await forget(place)

    (after,) = await cdrs_of(place)
    pseudonym = after["record"]["driver_id"]
    assert pseudonym.startswith(PSEUDONYM)
    assert after["record"] == before["record"] | {"driver_id": pseudonym}
    assert after["evidence"] == before["evidence"] | {"tokens": []}
    database = Database(database_url, service="sessions", catalogue=CATALOGUE)
    (session,) = await rows_of(database, "SELECT driver_id, token_ref, token_mask, presented FROM sessions")
    await database.close()
    assert session == {"driver_id": pseudonym, "token_ref": None, "token_mask": None, "presented": []}
    assert (await place.bus.ask(PERSONAL_DATA_OF["sessions"], AskPersonalData(DEFAULT, DRIVER))).records == ()


async def test_card_that_was_refused_is_nobodys_too(place: HttpPlace, database_url: str) -> None:
    refused = Authorization(AuthorizationStatus.BLOCKED, AuthorizationBasis.IDENTITY, driver_id=DRIVER)
    await publish(place, started(authorization=refused))
    await session_in(place, "unauthorised")
    database = Database(database_url, service="sessions", catalogue=CATALOGUE)

    async def drivers_shown() -> list[str]:
        (row,) = await rows_of(database, "SELECT presented FROM sessions")
        return [token["driver_id"] for token in row["presented"]]

    assert await drivers_shown() == [DRIVER]
    await place.publish_domain(DriverDeleted(DRIVER), key=DRIVER)

    async def is_nobodys() -> bool:
        return not await drivers_shown()

    await eventually(is_nobodys, what="no token of the driver")
    await database.close()


async def test_credit_after_that_is_nobodys_too(place: HttpPlace) -> None:
    await publish(place, started())
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")
    await forget(place)

    credited = await credit(place)

    assert credited.status_code == 201
    assert len({cdr["record"]["driver_id"] for cdr in await cdrs_of(place)}) == 1


@pytest.mark.parametrize(
    "change",
    [
        """record = record || '{"driver_id": "driver-2"}'""",
        """record = record || '{"driver_id": "deleted-1", "total_incl_vat": "0.01"}'""",
        """evidence = evidence || '{"tokens": [{}]}'""",
        """record = record || '{"driver_id": "deleted-1"}', session_id = 'another'""",
    ],
    ids=["another driver", "another total", "other tokens", "another session"],
)
async def test_cdr_lets_go_of_its_driver_and_changes_in_nothing_else(
    place: HttpPlace, database_url: str, change: str
) -> None:
    await publish(place, started())
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")
    database = Database(database_url, service="sessions", catalogue=CATALOGUE)

    with pytest.raises(DBAPIError, match="frozen"):
        await rows_of(database, f"UPDATE cdrs SET {change} RETURNING id")

    await database.close()
