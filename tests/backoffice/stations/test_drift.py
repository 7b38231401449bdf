"""Which stations are not as a template says, over the whole fleet."""

from typing import Any

import msgspec
import pytest

from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import StationId, StationKey, TenantId
from tests.backoffice.stations.harness import DEFAULT, Node, add_station, put
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

WANTED = {
    "variables": [
        {"variable": "HeartbeatInterval", "value": "60"},
        {"variable": "MeterValuesSampledData", "value": "Energy, Power"},
    ]
}


async def learn(place: HttpPlace, station_id: str, **values: str) -> None:
    """The station has told its variables."""
    await add_station(place, station_id)
    node = Node(place, f"node-{station_id}", station=StationKey(DEFAULT, StationId(station_id)))
    results = [{"name": {"variable": name}, "status": "Accepted", "value": value} for name, value in values.items()]
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode({"results": results})))
    await node.listen()
    answer = await place.http.post(
        f"/api/v1/stations/{station_id}/commands/get_variables",
        json={"names": [{"variable": name} for name in values]},
        headers=place.operator_headers(),
    )
    assert answer.status_code == 200, answer.text


async def drift(place: HttpPlace, *, tenant: TenantId = DEFAULT, **params: Any) -> dict[str, Any]:
    answer = await place.http.get(
        "/api/v1/configuration-templates/T/drift", params=params, headers=place.operator_headers(tenant=tenant)
    )
    body: dict[str, Any] = answer.json()
    return body


def told(page: dict[str, Any]) -> dict[str, list[tuple[str, str | None, str]]]:
    return {
        one["station_id"]: [(var["variable"], var["actual"], var["verdict"]) for var in one["differing"]]
        for one in page["items"]
    }


async def test_stations_that_differ_are_listed_with_what_differs(place: HttpPlace) -> None:
    await put(place, "/configuration-templates/T", WANTED)
    await learn(place, "SAME", HeartbeatInterval="60", MeterValuesSampledData="energy,power")
    await learn(place, "OTHER", HeartbeatInterval="300", MeterValuesSampledData="Energy,Power")
    await learn(place, "SILENT", HeartbeatInterval="60")

    known, all_of_it = await drift(place), await drift(place, include_unknown=True)
    at_location = await drift(place, location_id="at-SAME")

    other = ("HeartbeatInterval", "300", "different")
    assert told(known) == {"OTHER": [other]}
    assert told(all_of_it) == {"OTHER": [other], "SILENT": [("MeterValuesSampledData", None, "unknown")]}
    assert told(at_location) == {}
    assert known["next_cursor"] is None


async def test_pages_hold_stations_that_differ_and_go_on_behind_the_last(place: HttpPlace) -> None:
    await put(place, "/configuration-templates/T", WANTED)
    for number in range(5):
        await learn(place, f"CP{number}", HeartbeatInterval="60" if number % 2 else "300")

    first = await drift(place, limit=2)
    second = await drift(place, limit=2, cursor=first["next_cursor"])

    assert (list(told(first)), list(told(second))) == (["CP0", "CP2"], ["CP4"])
    assert second["next_cursor"] is None


async def test_template_and_drift_are_the_tenant_s_own(place: HttpPlace) -> None:
    await put(place, "/configuration-templates/T", WANTED)
    await learn(place, "OTHER", HeartbeatInterval="300")
    missing = await drift(place, tenant=TenantId("other"))
    await put(place, "/configuration-templates/T", WANTED, tenant=TenantId("other"))

    assert missing["status"] == 404
    assert told(await drift(place, tenant=TenantId("other"), include_unknown=True)) == {}
