"""What we know of a driver, gathered and fetched."""

import asyncio
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

from backoffice.contracts.privacy import PERSONAL_DATA_OF, PersonalRecord
from backoffice.kit.personal_data import PAGE
from backoffice.kit.testing import eventually
from backoffice.profiles.domain import EXPORT, UNDER_WAY, ExportState
from backoffice.profiles.packing import document_of, pack
from tests.backoffice.profiles.harness import Others, Person, register
from tests.backoffice.profiles.test_profiles import CAR, add
from tests.factories.places import HttpPlace

NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def export_in(person: Person, *states: ExportState) -> Any:
    async def found() -> Any:
        export = (await person.ask("GET", "/me/export")).json()
        return export if export["state"] in states else None

    return await eventually(found, what=f"an export that is {states}")


async def test_export_has_what_every_service_knows(place: HttpPlace, others: Others) -> None:
    person = await register(place, name="Ada")
    await place.http.post("/api/v1/me/tokens", json={"value": "CARD0001", "type": "ISO14443"}, headers=person.headers)
    await add(person, "/me/vehicles", CAR)
    others.records["billing"] = [PersonalRecord("invoices", {"number": number}) for number in range(3)]

    asked = await person.ask("POST", "/me/export")
    await export_in(person, ExportState.READY)

    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    document = await person.ask("GET", "/me/export/json")
    services = document.json()["services"]
    assert set(services) == set(PERSONAL_DATA_OF)
    assert services["identity"]["account"][0]["email"] == "ada@example.org"
    assert services["profiles"]["vehicles"][0]["plate"] == CAR["plate"]
    assert [row["number"] for row in services["billing"]["invoices"]] == [0, 1, 2]
    assert [row["mask"] for row in services["identity"]["tokens"]] == ["…001"]
    assert not any(secret in document.text for secret in ("CARD0001", "password_hash", "argon2"))
    packed = await person.ask("GET", "/me/export/zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert json.loads(archive.read("data.json")) == document.json()
        assert archive.read("billing/invoices.csv").decode().split() == ["number", "0", "1", "2"]


async def test_export_is_whole_where_it_takes_more_than_one_message(place: HttpPlace) -> None:
    person = await register(place)
    for number in range(PAGE + 10):
        await add(person, "/me/favourites", {"location_id": f"yard-{number}"})

    await person.ask("POST", "/me/export")
    await export_in(person, ExportState.READY)

    favourites = (await person.ask("GET", "/me/export/json")).json()["services"]["profiles"]["favourites"]
    assert {row["location_id"] for row in favourites} == {f"yard-{number}" for number in range(PAGE + 10)}
    assert len(favourites) == PAGE + 10


async def test_one_export_at_a_time_and_the_next_takes_its_place(place: HttpPlace, others: Others) -> None:
    person = await register(place)
    others.broken.add("sessions")

    first = (await person.ask("POST", "/me/export")).json()
    second = await person.ask("POST", "/me/export")
    nothing = await person.ask("GET", "/me/export/zip")
    others.broken.clear()
    place.clock.advance(timedelta(minutes=10))
    await export_in(person, ExportState.READY)
    third = (await person.ask("POST", "/me/export")).json()

    assert (second.status_code, nothing.status_code) == (409, 404)
    assert third["export_id"] != first["export_id"]


async def test_of_two_who_ask_at_once_one_is_told_to_wait(place: HttpPlace, others: Others) -> None:
    person = await register(place)
    others.broken.add("sessions")

    answers = await asyncio.gather(*(person.ask("POST", "/me/export") for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]


async def test_export_without_somebodys_answer_is_given_up_and_says_whose(place: HttpPlace, others: Others) -> None:
    person = await register(place)
    others.broken.add("sessions")
    await person.ask("POST", "/me/export")

    async def is_given_up() -> Any:
        place.clock.advance(timedelta(minutes=31))
        export = (await person.ask("GET", "/me/export")).json()
        return export if export["state"] == ExportState.FAILED else None

    failed = await eventually(is_given_up, what="an export that is given up")

    assert "sessions" in failed["detail"]
    others.broken.clear()
    assert (await person.ask("POST", "/me/export")).status_code == 202
    await export_in(person, ExportState.READY)


async def test_export_that_cannot_be_made_keeps_no_other_waiting(place: HttpPlace, others: Others) -> None:
    odd, other = await register(place), await register(place, "bob@example.org")
    # No file of an archive has so long a name.
    others.records[f"sessions of {odd.driver_id}"] = [PersonalRecord("x" * 70_000, {})]
    others.broken.add("billing")

    async def waits(person: Person) -> bool:
        return "billing" in (await person.ask("GET", "/me/export")).json()["detail"]

    for person in (odd, other):
        await person.ask("POST", "/me/export")
        await eventually(lambda person=person: waits(person), what="an export that waits for billing")
    others.broken.clear()
    place.clock.advance(timedelta(minutes=31))

    await export_in(other, ExportState.READY)
    assert (await export_in(odd, *UNDER_WAY))["detail"] == "it could not be made"


async def test_export_is_kept_for_a_week(place: HttpPlace) -> None:
    person = await register(place)
    await person.ask("POST", "/me/export")
    ready = await export_in(person, ExportState.READY)

    kept = datetime.fromisoformat(ready["expires_at"]) - datetime.fromisoformat(ready["finished_at"])
    place.clock.advance(timedelta(days=7))

    assert kept == timedelta(days=7)
    assert (await person.ask("GET", "/me/export/zip")).status_code == 404
    assert (await person.ask("GET", "/me/export/json")).status_code == 404


def test_table_has_a_column_for_every_member_and_runs_no_formula() -> None:
    records = [PersonalRecord("notes", {"a": "=1+1", "b": None}), PersonalRecord("notes", {"c": [1, {"d": True}]})]

    packed = pack({"profiles": records}, driver_id="d", made_at=NOW)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        table = archive.read("profiles/notes.csv").decode()
    assert table.splitlines() == ["a,b,c", "'=1+1,,", ',,"[1,{""d"":true}]"']
    assert json.loads(document_of(packed))["services"]["profiles"]["notes"][0]["a"] == "=1+1"


def test_only_what_is_over_leads_nowhere() -> None:
    ends = {state for state in ExportState if EXPORT.is_terminal(state)}

    assert ends == {ExportState.FAILED, ExportState.EXPIRED}
