"""Whatever a 1.6 schema accepts, both ends of the connection understand alike.

The payloads are drawn from the schemas of the `ocpp` package; timestamps and meter values are
such as a station might write.
"""

import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from protocol.bus.commands import COMMANDS
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible, PropertyConstraintViolation
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.wire.payloads import valid_payloads

TIMESTAMPS = ["2026-03-01T12:34:56.789Z", "2026-03-01T12:34:56+02:00", "2026-03-01T12:34:56"]
SCHEMAS = files("ocpp") / "v16" / "schemas"
ACTIONS = sorted(ROUTES[OcppVersion.V16])
COMMANDS_16 = [
    row for row in COMMANDS if any(row.message in route.messages for route in ROUTES[OcppVersion.V16].values())
]


def payloads_of(file: str) -> st.SearchStrategy[Any]:
    path = SCHEMAS / f"{file}.json"
    if not path.is_file():  # the schemas of the core name a request by its action alone
        path = SCHEMAS / f"{file.removesuffix('Request')}.json"
    schema = json.loads(path.read_text("utf-8-sig"), object_hook=_as_stations_write)
    return valid_payloads(schema, schema.get("definitions", {}))


def _as_stations_write(schema: dict[str, Any]) -> dict[str, Any]:
    if {"value", "measurand"} <= schema.keys():  # the fields of a sample
        return schema | {"value": {"enum": ["0", "1234.5", "-7"]}}
    if schema.get("enum") == ["Raw", "SignedData"]:
        return {"enum": ["Raw"]}  # signed data is no number, makes no reading, and is not written again
    return {"enum": TIMESTAMPS} if schema.get("format") == "date-time" else schema


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_request_means_the_same_after_it_was_written_again(action: str, data: st.DataObject) -> None:
    route = ROUTES[OcppVersion.V16][action]
    payload = data.draw(payloads_of(f"{action}Request"))

    try:
        message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))
    except PropertyConstraintViolation:
        assume(False)  # a number or a limit that no meter shows and no cable carries
    written = codec.encode(route.encode_request(message))

    again = route.decode_request(codec.decode(written, route.request))
    assert _without_wire_key(again) == _without_wire_key(message)
    assert type(message) in route.messages


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_response_means_the_same_after_it_was_written_again(action: str, data: st.DataObject) -> None:
    route = ROUTES[OcppVersion.V16][action]
    payload = data.draw(payloads_of(f"{action}Response"))

    try:
        reply = route.decode_response(codec.decode(json.dumps(payload).encode(), route.response))
    except PropertyConstraintViolation:
        assume(False)
    written = codec.encode(route.encode_response(reply))

    assert route.decode_response(codec.decode(written, route.response)) == reply


@pytest.mark.parametrize("row", COMMANDS_16, ids=lambda row: row.name)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_command_survives_the_bus(row: Any, data: st.DataObject) -> None:
    action = next(route.action for route in ROUTES[OcppVersion.V16].values() if row.message in route.messages)
    route = ROUTES[OcppVersion.V16][action]
    try:
        request = codec.decode(json.dumps(data.draw(payloads_of(f"{action}Request"))).encode(), route.request)
        message = route.decode_request(request)
    except (PropertyConstraintViolation, NotExpressible):
        assume(False)

    assert msgspec.json.decode(msgspec.json.encode(message), type=row.message) == message


def _without_wire_key(message: msgspec.Struct) -> msgspec.Struct:
    """The raw spelling of a timestamp is what a wire key is about: it may change."""
    return msgspec.structs.replace(message, wire_key=()) if hasattr(message, "wire_key") else message
