"""Whatever a 1.6 schema lets the CSMS ask, a station gives one answer that its own schema accepts, and lives on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.blocks.test_every_16_payload import payloads_of
from tests.simulator.scripted_csms import World
from tests.simulator.test_commands import charging

_BEFORE_A_RESET_S = 0.05  # a station that resets answers nothing afterwards
ASKED = sorted(
    action for action, route in ROUTES[OcppVersion.V16].items() if route.direction is not Direction.FROM_STATION
)


def answers(world: World) -> list[Any]:
    frames = (json.loads(frame) for frame in world.csms.frames["CP1"])
    return [frame for frame in frames if frame[0] in (3, 4) and frame[1].startswith("ask-")]


@pytest.mark.parametrize("action", ASKED)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_request_gets_one_answer_of_its_schema(action: str, data: st.DataObject) -> None:
    world = charging(OcppVersion.V16)
    payloads = data.draw(st.lists(payloads_of(f"{action}Request"), min_size=1, max_size=3))

    for number, payload in enumerate(payloads):
        world.csms.raw(json.dumps([2, f"ask-{number}", action, payload]))
        world.run_for(_BEFORE_A_RESET_S)
    world.run_for(1)

    given_answers = answers(world)
    assert [answer[1] for answer in given_answers] == [f"ask-{number}" for number in range(len(payloads))]
    for answer in given_answers:
        if answer[0] == 3:
            codec.decode(json.dumps(answer[2]).encode(), ROUTES[OcppVersion.V16][action].response)
        else:
            assert answer[2] == "PropertyConstraintViolation"


def test_week_of_a_busy_schedule_is_answered_at_once() -> None:
    world = charging(OcppVersion.V16)
    starts_at = (world.csms.now - timedelta(days=1)).isoformat()
    schedule = {
        "startSchedule": starts_at,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 60 * n, "limit": 6 + n % 7} for n in range(100)],
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": schedule,
    }
    world.csms.raw(json.dumps([2, "ask-0", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}]))
    world.run_for(1)

    world.csms.raw(json.dumps([2, "ask-1", "GetCompositeSchedule", {"connectorId": 1, "duration": 2**40}]))
    world.run_for(1)

    composite = answers(world)[1][2]
    assert composite["status"] == "Accepted"
    assert composite["chargingSchedule"]["duration"] == 7 * 86_400
    assert len(composite["chargingSchedule"]["chargingSchedulePeriod"]) > 600
