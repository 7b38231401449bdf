"""Profiles, vehicles and favourites, over REST."""

from typing import Any

import pytest

from backoffice.contracts.identity import CONTACT_OF, AskContact
from backoffice.kit.auth import Role
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.profiles.harness import Person, register
from tests.factories.places import HttpPlace

PROFILE = {
    "display_name": "Ada",
    "language": "de",
    "phone": "+49 30 123456",
    "timezone": "Europe/Berlin",
    "charging": {
        "connector_types": ["IEC_62196_T2_COMBO"],
        "min_power_w": 50_000,
        "only_green": True,
        "only_accessible": False,
    },
}
CAR: dict[str, Any] = {"name": "Small car", "plate": "B-XY 1", "battery_wh": 42_000, "max_dc_w": 100_000}


async def add(person: Person, path: str, body: Any) -> Any:
    answer = await person.ask("POST", path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestProfile:
    async def test_who_has_said_nothing_has_what_the_account_says(self, place: HttpPlace) -> None:
        person = await register(place, name="Ada", language="de")

        read = (await person.ask("GET", "/me")).json()

        assert (read["display_name"], read["language"], read["phone"]) == ("Ada", "de", None)

    async def test_profile_is_as_it_was_saved_and_mails_go_by_its_name_and_language(self, place: HttpPlace) -> None:
        person = await register(place)

        saved = await person.ask("PUT", "/me", PROFILE)

        assert saved.status_code == 200
        read = await person.ask("GET", "/me")
        assert read.json() == {"driver_id": person.driver_id, **PROFILE}
        assert read.headers["etag"] == saved.headers["etag"]
        contact = await place.bus.ask(CONTACT_OF, AskContact(DEFAULT_TENANT, person.driver_id))
        assert (contact.name, contact.language) == ("Ada", "de")

    async def test_who_has_not_seen_the_last_change_is_refused(self, place: HttpPlace) -> None:
        person = await register(place)
        seen = (await person.ask("GET", "/me")).headers["etag"]
        await person.ask("PUT", "/me", PROFILE)

        late = await person.ask("PUT", "/me", PROFILE | {"display_name": "Eve"}, **{"If-Match": seen})

        assert late.status_code == 412
        assert (await person.ask("GET", "/me")).json()["display_name"] == "Ada"

    @pytest.mark.parametrize(
        "wrong",
        [{"language": "fr"}, {"timezone": "Berlin"}, {"phone": "call me"}, {"colour": "red"}],
        ids=lambda wrong: next(iter(wrong)),
    )
    async def test_nonsense_is_refused(self, place: HttpPlace, wrong: dict[str, str]) -> None:
        person = await register(place)

        assert (await person.ask("PUT", "/me", PROFILE | wrong)).status_code == 422

    async def test_nobody_but_drivers_has_one(self, place: HttpPlace) -> None:
        answer = await place.http.get("/api/v1/profiles/me", headers=place.headers_of(Role.OPERATOR))

        assert answer.status_code == 403

    async def test_driver_of_another_tenant_has_no_profile_here(self, place: HttpPlace) -> None:
        answer = await place.http.get("/api/v1/profiles/me", headers=place.driver_headers("nobody"))

        assert answer.status_code == 404


class TestVehicles:
    async def test_one_vehicle_is_the_default_whatever_happens(self, place: HttpPlace) -> None:
        person = await register(place)

        first = await add(person, "/me/vehicles", CAR)
        second = await add(person, "/me/vehicles", {"name": "Van", "is_default": True})
        kept = await person.ask("PUT", f"/me/vehicles/{second['vehicle_id']}", {"name": "Van"})

        assert first["is_default"]
        assert kept.json()["is_default"]
        assert [one["is_default"] for one in (await person.ask("GET", "/me/vehicles")).json()] == [False, True]
        assert (await person.ask("DELETE", f"/me/vehicles/{second['vehicle_id']}")).status_code == 204
        assert [one["is_default"] for one in (await person.ask("GET", "/me/vehicles")).json()] == [True]

    async def test_vehicle_is_as_it_was_said(self, place: HttpPlace) -> None:
        person = await register(place)

        made = await add(person, "/me/vehicles", CAR)

        read = await person.ask("GET", f"/me/vehicles/{made['vehicle_id']}")
        assert {name: read.json()[name] for name in CAR} == CAR
        wrong = await person.ask("PUT", f"/me/vehicles/{made['vehicle_id']}", CAR, **{"If-Match": '"x"'})
        assert wrong.status_code == 412
        tag = {"If-Match": read.headers["etag"]}
        assert (await person.ask("DELETE", f"/me/vehicles/{made['vehicle_id']}", **tag)).status_code == 204

    async def test_anothers_vehicle_is_not_there(self, place: HttpPlace) -> None:
        ada, eve = await register(place), await register(place, "eve@example.org")
        path = f"/me/vehicles/{(await add(ada, '/me/vehicles', CAR))['vehicle_id']}"

        answers = [await eve.ask("GET", path), await eve.ask("PUT", path, CAR), await eve.ask("DELETE", path)]

        assert [answer.status_code for answer in answers] == [404, 404, 404]

    async def test_there_is_an_end_to_how_many(self, place: HttpPlace) -> None:
        person = await register(place)
        for _ in range(20):
            await add(person, "/me/vehicles", CAR)

        assert (await person.ask("POST", "/me/vehicles", CAR)).status_code == 409


class TestFavourites:
    async def test_favourites_come_in_pages_and_each_place_once(self, place: HttpPlace) -> None:
        person = await register(place)
        yard = await add(person, "/me/favourites", {"location_id": "yard", "note": "near work"})
        await add(person, "/me/favourites", {"station_id": "CP001"})

        again = await person.ask("POST", "/me/favourites", {"location_id": "yard"})
        page = (await person.ask("GET", "/me/favourites?limit=1")).json()
        rest = (await person.ask("GET", f"/me/favourites?cursor={page['next_cursor']}")).json()

        assert again.status_code == 409
        assert page["items"] == [yard]
        assert [one["station_id"] for one in rest["items"]] == ["CP001"]

    async def test_note_changes_and_favourite_goes(self, place: HttpPlace) -> None:
        person = await register(place)
        path = f"/me/favourites/{(await add(person, '/me/favourites', {'location_id': 'yard'}))['favourite_id']}"

        noted = await person.ask("PUT", path, {"note": "shade"})

        assert (await person.ask("GET", path)).json()["note"] == "shade"
        assert (await person.ask("DELETE", path, **{"If-Match": '"x"'})).status_code == 412
        assert (await person.ask("DELETE", path, **{"If-Match": noted.headers["etag"]})).status_code == 204
        assert (await person.ask("GET", path)).status_code == 404

    @pytest.mark.parametrize("body", [{}, {"location_id": "yard", "station_id": "CP001"}], ids=["none", "both"])
    async def test_favourite_is_one_place(self, place: HttpPlace, body: dict[str, str]) -> None:
        person = await register(place)

        assert (await person.ask("POST", "/me/favourites", body)).status_code == 422
