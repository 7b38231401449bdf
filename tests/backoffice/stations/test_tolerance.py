"""Rules of tolerance by REST reach the gateways' registry: a station's own, and those of its model."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from backoffice.kit.testing import eventually
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, KEY, add_station, put
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


async def entry(place: HttpPlace) -> RegistryEntry:
    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    return msgspec.json.decode((await bucket.get(station_key(KEY))).value or b"", type=RegistryEntry)


async def boot(place: HttpPlace, model: str, second: int) -> None:
    booted = StationBooted("V", model, OcppVersion.V16, RegistrationStatus.ACCEPTED, BootReason.POWER_UP)
    at = datetime(2026, 5, 4, 10, 0, second, tzinfo=UTC)
    await place.publish_fact(booted, station=CP001, epoch=1, received_at=at)


async def rules(place: HttpPlace, off: set[str], pinned: set[str]) -> None:
    async def are_so() -> bool:
        known = await entry(place)
        return (set(known.tolerance_off), set(known.pinned_rules)) == (off, pinned)

    await eventually(are_so, what=f"off {off}, pinned {pinned}")


async def test_many_changes_at_once_reach_the_registry_and_wait_for_no_connection(place: HttpPlace) -> None:
    await add_station(place)
    bodies = [{"off": [], "pinned": [rule]} for rule in ("strip_token_suffix", "strip_token_junk")] * 10
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(put(place, "/stations/CP001/tolerance", body) for body in bodies))
    took_s = asyncio.get_running_loop().time() - began
    shown = (await place.http.get("/api/v1/stations/CP001/tolerance", headers=place.operator_headers())).json()

    await rules(place, set(), set(shown["pinned"]))
    assert took_s < 5.0


async def test_stations_own_rules_are_in_the_registry(place: HttpPlace) -> None:
    await add_station(place)
    await put(place, "/stations/CP001/tolerance", {"off": ["drop_unknown_fields"], "pinned": ["strip_token_suffix"]})

    shown = await place.http.get("/api/v1/stations/CP001/tolerance", headers=place.operator_headers())

    await rules(place, {"drop_unknown_fields"}, {"strip_token_suffix"})
    assert shown.json() == {"off": ["drop_unknown_fields"], "pinned": ["strip_token_suffix"]}


async def test_rules_of_a_model_hold_for_its_stations_when_they_boot_and_when_they_change(place: HttpPlace) -> None:
    await add_station(place)
    await put(place, "/stations/CP001/tolerance", {"off": ["clock_skew"]})
    model: dict[str, Any] = {"vendor": "V", "model": "M", "pinned": ["read_register_as_kwh"]}
    await put(place, "/tolerance/models", model)
    await boot(place, "M", 0)
    await rules(place, {"clock_skew"}, {"read_register_as_kwh"})

    await put(place, "/tolerance/models", model | {"pinned": [], "off": ["*"]})
    await rules(place, {"clock_skew", "*"}, set())


@pytest.mark.parametrize("body", [{"off": ["no_such_rule"]}, {"pinned": ["Drop_Unknown_Fields"]}])
async def test_rule_that_does_not_exist_is_refused_by_name(place: HttpPlace, body: dict[str, Any]) -> None:
    await add_station(place)

    answer = await place.http.put("/api/v1/stations/CP001/tolerance", json=body, headers=place.operator_headers())

    assert answer.status_code == 422
    assert "there is no rule" in answer.json()["detail"]
