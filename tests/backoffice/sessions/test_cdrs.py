"""What was billed is frozen, and credited where it was wrong."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backoffice.contracts import CATALOGUE
from backoffice.contracts.sessions import ChargingSessionCompleted, SessionCredited
from backoffice.kit.database import Database
from tests.backoffice.sessions.harness import DEFAULT, SESSION, ended, publish, said, session_in, started
from tests.factories.places import HttpPlace


async def cdrs_of(place: HttpPlace) -> list[dict[str, Any]]:
    answer = await place.http.get(f"/api/v1/sessions/{SESSION}/cdrs", headers=place.operator_headers())
    body: list[dict[str, Any]] = answer.json()
    return body


async def credit(place: HttpPlace, *, key: str = "credit-key-1", reason: str = "The meter was faulty.") -> Any:
    headers = place.operator_headers() | {"Idempotency-Key": key}
    return await place.http.post(f"/api/v1/sessions/{SESSION}/credit", json={"reason": reason}, headers=headers)


async def test_cdr_is_frozen_with_what_it_rests_on(place: HttpPlace, database_url: str) -> None:
    await publish(place, started())
    assert await cdrs_of(place) == []
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")

    [cdr] = await cdrs_of(place)

    assert cdr["record"]["total_incl_vat"] == "10.00"
    assert (cdr["evidence"]["start_wh"], cdr["evidence"]["end_wh"]) == ("1000", "21000")
    assert len(cdr["evidence"]["tariff_sha256"]) == 64
    database = Database(database_url, service="sessions", catalogue=CATALOGUE)
    for change in ("UPDATE cdrs SET record = '{}'", "DELETE FROM cdrs"):
        with pytest.raises(DBAPIError, match="frozen"):
            async with database.transaction(DEFAULT) as unit:
                await unit.session.execute(text(change))
    await database.close()


async def test_wrong_cdr_is_credited_once_and_whole(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")
    assert (await credit(place)).status_code == 409
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")

    credited = await credit(place, key="credit-key-2")
    again = await credit(place, key="credit-key-2")
    twice = await credit(place, key="credit-key-3")

    assert credited.status_code == 201
    assert again.json() == credited.json()
    assert twice.status_code == 409
    [cdr, note] = await cdrs_of(place)
    assert (note["credits"], note["issued_by"]) == (cdr["id"], "operator-1")
    [_, completed, event] = await said(place, 3)
    assert isinstance(completed, ChargingSessionCompleted)
    assert isinstance(event, SessionCredited)
    assert (event.total_incl_vat, event.lines) == (completed.total_incl_vat, completed.lines)


async def test_crediting_is_for_operators(place: HttpPlace) -> None:
    headers = place.driver_headers() | {"Idempotency-Key": "credit-key-1"}
    answer = await place.http.post(f"/api/v1/sessions/{SESSION}/credit", json={"reason": "no"}, headers=headers)
    assert answer.status_code == 403
