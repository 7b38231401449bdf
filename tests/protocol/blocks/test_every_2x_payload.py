"""Whatever a schema of 2.0.1 or 2.1 accepts of smart charging, firmware, certificates, security and data transfer is
read, or refused for what it is; and what was read means the same after it was written again.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from protocol.blocks.certificates import v21 as certificates_v21, v201 as certificates_v201
from protocol.blocks.data_transfer import v201 as data_transfer_v201
from protocol.blocks.firmware import v201 as firmware_v201
from protocol.blocks.security import v201 as security_v201
from protocol.blocks.smart_charging import v21 as smart_charging_v21, v201 as smart_charging_v201
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible, PropertyConstraintViolation
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.wire.payloads import valid_payloads

TIMESTAMPS = ["2026-03-01T12:34:56.789Z", "2026-03-01T12:34:56+02:00", "2026-03-01T12:34:56"]
FOLDERS = {OcppVersion.V201: "v201", OcppVersion.V21: "v21"}
OLDER = {
    route.action
    for block in (smart_charging_v201, firmware_v201, certificates_v201, security_v201, data_transfer_v201)
    for route in block.ROUTES
}
NEWER = OLDER | {route.action for block in (smart_charging_v21, certificates_v21) for route in block.ROUTES}
CASES = [
    *((OcppVersion.V201, action) for action in sorted(OLDER)),
    # A report's profiles are those of SetChargingProfile, and several take seconds to draw.
    *((OcppVersion.V21, action) for action in sorted(NEWER - {"ReportChargingProfiles"})),
]


@cache
def payloads_of(version: OcppVersion, file: str) -> st.SearchStrategy[Any]:
    text = (files("ocpp") / FOLDERS[version] / "schemas" / f"{file}.json").read_text("utf-8-sig")
    schema = json.loads(text, object_hook=_as_stations_write)
    return valid_payloads(schema, schema.get("definitions", {}))


def _as_stations_write(schema: dict[str, Any]) -> dict[str, Any]:
    schema.get("properties", {}).pop("customData", None)
    if schema.get("type") == "number":
        return {"enum": [0, 1, -7.5, 16.1, 11_000.0]}
    return {"enum": TIMESTAMPS} if schema.get("format") == "date-time" else schema


def _written(encode: Callable[[Any], Any], message: Any) -> bytes:
    """What nobody says in this version, as a CSMS that sets what others impose, is no case."""
    try:
        return codec.encode(encode(message))
    except NotExpressible:
        assume(False)
        raise


def _without_reason(reply: Any) -> Any:
    """A reason is cut to its length on the way."""
    return msgspec.structs.replace(reply, reason="") if hasattr(reply, "reason") else reply


@pytest.mark.parametrize(("version", "action"), CASES)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_request_means_the_same_after_it_was_written_again(
    version: OcppVersion, action: str, data: st.DataObject
) -> None:
    route = ROUTES[version][action]
    payload = data.draw(payloads_of(version, f"{action}Request"))

    try:
        message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))
    except PropertyConstraintViolation:
        assume(False)
    written = _written(route.encode_request, message)

    assert route.decode_request(codec.decode(written, route.request)) == message


@pytest.mark.parametrize(("version", "action"), CASES)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_response_means_the_same_after_it_was_written_again(
    version: OcppVersion, action: str, data: st.DataObject
) -> None:
    route = ROUTES[version][action]
    payload = data.draw(payloads_of(version, f"{action}Response"))

    try:
        reply = route.decode_response(codec.decode(json.dumps(payload).encode(), route.response))
    except PropertyConstraintViolation:
        assume(False)
    written = _written(route.encode_response, reply)
    again = route.decode_response(codec.decode(written, route.response))

    assert _without_reason(again) == _without_reason(reply)
