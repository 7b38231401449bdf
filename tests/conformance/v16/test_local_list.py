"""OCPP 1.6 local authorization list."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENTRY = {"idTag": "CARD-1", "idTagInfo": {"status": "Accepted"}}
OTHER = {"idTag": "CARD-2", "idTagInfo": {"status": "Blocked"}}


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(-1, marks=pytest.mark.ocpp("1.6", "TC_042_1_CSMS")),
        pytest.param(0, marks=pytest.mark.ocpp("1.6", "TC_042_2_CSMS")),
    ],
)
async def test_version_of_the_list(bench: Bench, number: int) -> None:
    name = f"LISTVERSION{number}"
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "GetLocalListVersion", {}, {"listVersion": number})

    assert asked == {}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("NotSupported", marks=pytest.mark.ocpp("1.6", "TC_043_1_CSMS")),
        pytest.param("Failed", marks=pytest.mark.ocpp("1.6", "TC_043_3_CSMS")),
        pytest.param("Accepted", marks=pytest.mark.ocpp("1.6", "TC_043_4_CSMS")),
    ],
)
async def test_full_list(bench: Bench, answer: str) -> None:
    name = f"LIST-{answer}"
    payload: dict[str, Any] = {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [ENTRY, OTHER],
    }
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "SendLocalList", payload, {"status": answer})

    assert asked == payload
    assert all("idTagInfo" in entry for entry in asked["localAuthorizationList"])


@pytest.mark.ocpp("1.6", "TC_043_5_CSMS")
async def test_differential_list_has_a_higher_version(bench: Bench) -> None:
    full = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [ENTRY, OTHER]}
    change = {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": [OTHER]}
    async with bench.station("LIST-DIFF") as station:
        first = await bench.exchange(station, "LIST-DIFF", "SendLocalList", full, {"status": "Accepted"})
        asked = await bench.exchange(station, "LIST-DIFF", "SendLocalList", change, {"status": "Accepted"})

    assert asked["listVersion"] > first["listVersion"]
    assert asked["localAuthorizationList"] == [OTHER]
