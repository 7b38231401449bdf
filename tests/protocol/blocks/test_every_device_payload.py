"""Whatever the 2.x schemas accept of a device's messages, both ends of the connection understand alike."""

import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible, PropertyConstraintViolation
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.blocks.test_every_16_payload import TIMESTAMPS
from tests.protocol.wire.payloads import valid_payloads

SCHEMAS = {OcppVersion.V201: "v201", OcppVersion.V21: "v21"}
ACTIONS = (
    *("GetVariables", "SetVariables", "GetBaseReport", "GetReport", "NotifyReport", "SetNetworkProfile"),
    *("GetLog", "LogStatusNotification", "CustomerInformation", "NotifyCustomerInformation"),
    *("SetMonitoringBase", "SetMonitoringLevel", "SetVariableMonitoring", "ClearVariableMonitoring"),
    *("GetMonitoringReport", "NotifyMonitoringReport", "NotifyEvent"),
    *("SetDisplayMessage", "GetDisplayMessages", "ClearDisplayMessage", "NotifyDisplayMessages"),
)
CASES = [(version, action) for version in SCHEMAS for action in ACTIONS]
_EASY = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


def payloads_of(version: OcppVersion, file: str) -> st.SearchStrategy[Any]:
    path = files("ocpp") / SCHEMAS[version] / "schemas" / f"{file}.json"
    schema = json.loads(path.read_text("utf-8-sig"), object_hook=_as_stations_write)
    return valid_payloads(schema, schema.get("definitions", {}))


def _as_stations_write(schema: dict[str, Any]) -> dict[str, Any]:
    if "properties" in schema:
        schema["properties"].pop("customData", None)
    if {"idToken", "type"} <= schema.keys():  # the fields of a token: a type that nobody knows is not written again
        return schema | {"type": {"enum": ["Central", "ISO14443"]}}
    return {"enum": TIMESTAMPS} if schema.get("format") == "date-time" else schema


@pytest.mark.parametrize(("version", "action"), CASES)
@settings(max_examples=15, suppress_health_check=_EASY)
@given(data=st.data())
def test_request_means_the_same_after_it_was_written_again(
    version: OcppVersion, action: str, data: st.DataObject
) -> None:
    route = ROUTES[version][action]
    payload = data.draw(payloads_of(version, f"{action}Request"))

    try:
        message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))
        written = codec.encode(route.encode_request(message))
    except (PropertyConstraintViolation, NotExpressible):
        assume(False)

    assert route.decode_request(codec.decode(written, route.request)) == message
    assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message


@pytest.mark.parametrize(("version", "action"), CASES)
@settings(max_examples=15, suppress_health_check=_EASY)
@given(data=st.data())
def test_response_is_read_and_written(version: OcppVersion, action: str, data: st.DataObject) -> None:
    route = ROUTES[version][action]
    payload = data.draw(payloads_of(version, f"{action}Response"))

    try:
        reply = route.decode_response(codec.decode(json.dumps(payload).encode(), route.response))
        written = codec.encode(route.encode_response(reply))
    except (PropertyConstraintViolation, NotExpressible):
        assume(False)

    codec.decode(written, route.response)
