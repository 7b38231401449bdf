"""Whatever a 2.x schema lets the CSMS ask, a station gives one answer that its own schema accepts, and lives on."""

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.blocks.test_every_2x_payload import payloads_of
from tests.simulator.test_any_command import answers
from tests.simulator.test_commands import charging

_BEFORE_A_RESET_S = 0.05  # a station that resets answers nothing afterwards
_REFUSALS = ("PropertyConstraintViolation", "NotSupported", "InternalError")
CASES = [
    (version, action)
    for version in (OcppVersion.V201, OcppVersion.V21)
    for action, route in sorted(ROUTES[version].items())
    if route.direction is not Direction.FROM_STATION
]


@pytest.mark.slow
@pytest.mark.parametrize(("version", "action"), CASES)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_request_gets_one_answer_of_its_schema(version: OcppVersion, action: str, data: st.DataObject) -> None:
    world = charging(version)
    payloads = data.draw(st.lists(payloads_of(version, f"{action}Request"), min_size=1, max_size=2))

    for number, payload in enumerate(payloads):
        world.csms.raw(json.dumps([2, f"ask-{number}", action, payload]))
        world.run_for(_BEFORE_A_RESET_S)
    world.run_for(20)

    given_answers = answers(world)
    assert [answer[1] for answer in given_answers] == [f"ask-{number}" for number in range(len(payloads))]
    for answer in given_answers:
        if answer[0] == 3:
            codec.decode(json.dumps(answer[2]).encode(), ROUTES[version][action].response)
        else:
            assert answer[2] in _REFUSALS
