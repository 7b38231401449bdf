"""A Struct accepts a payload exactly when the JSON schema that it was made from accepts it.

The reference is jsonschema with the schema files of the `ocpp` package, in the draft that each file names and
without a format checker. Where the two differ on purpose, a test of its own at the end says how.
"""

import json
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from protocol.errors import PayloadViolation
from protocol.wire import codec, v16, v21, v201
from protocol.wire.structs import WireStruct
from tests.protocol.wire.payloads import changed_payloads, every_change, full_payload, valid_payloads

MODULES = ("v16", "v201", "v21")


@cache
def schema_files(module: str) -> dict[str, Any]:
    folder = files("ocpp") / module / "schemas"
    return {path.name.removesuffix(".json"): path for path in folder.iterdir() if path.name.endswith(".json")}


@cache
def validator(module: str, file: str) -> Any:
    text = schema_files(module)[file].read_text("utf-8-sig")
    schema = json.loads(text, parse_float=Decimal)
    return jsonschema.validators.validator_for(schema)(schema)


def struct_of(module: str, file: str) -> type[WireStruct]:
    name = file if file.endswith(("Request", "Response")) else f"{file}Request"
    return getattr(import_module(f"protocol.wire.{module}"), name)


def accepts(struct: type[WireStruct], text: str) -> bool:
    try:
        message = codec.decode(text.encode(), struct)
    except PayloadViolation:
        return False
    assert json.loads(codec.encode(message)) == json.loads(text), "decoding and encoding changed the payload"
    return True


def assert_same_verdict(struct: type[WireStruct], reference: Any, payload: Any) -> bool:
    text = json.dumps(payload)
    # Numbers as Decimal, or 0.3 would be no multiple of 0.1.
    expected = reference.is_valid(json.loads(text, parse_float=Decimal))
    assert accepts(struct, text) == expected, f"jsonschema says {expected}: {text}"
    return expected


def compare(module: str, file: str, data: st.DataObject, limit: int) -> None:
    reference, struct = validator(module, file), struct_of(module, file)
    payload = data.draw(valid_payloads(reference.schema, reference.schema.get("definitions", {})))
    seed = data.draw(st.integers(0, 2**16))

    assert assert_same_verdict(struct, reference, payload)
    compare_changes(struct, reference, payload, seed=seed, limit=limit)


def compare_changes(struct: type[WireStruct], reference: Any, payload: Any, *, seed: int, limit: int) -> None:
    schema = reference.schema
    for changed in changed_payloads(payload, schema, schema.get("definitions", {}), seed=seed, limit=limit):
        assert_same_verdict(struct, reference, changed)


@cache
def named_types() -> list[tuple[str, str, str]]:
    """Return (module, file, definition) for each object definition, from the first file that has it."""
    found: dict[tuple[str, str], str] = {}
    for module in MODULES:
        for file in sorted(schema_files(module)):
            for name, schema in validator(module, file).schema.get("definitions", {}).items():
                if schema["type"] == "object" and name != "CustomDataType":
                    found.setdefault((module, name), file)
    return [(module, file, name) for (module, name), file in found.items()]


every_message = pytest.mark.parametrize(
    ("module", "file"), [(module, file) for module in MODULES for file in sorted(schema_files(module))]
)


@every_message
def test_every_rule_of_a_message_holds(module: str, file: str) -> None:
    reference = validator(module, file)

    check_every_rule(struct_of(module, file), reference, reference.schema, reference.schema.get("definitions", {}))


@pytest.mark.parametrize(("module", "file", "name"), named_types())
def test_every_rule_of_a_named_type_holds(module: str, file: str, name: str) -> None:
    schema = validator(module, file).schema
    definitions = schema["definitions"]
    reference = validator(module, file).evolve(schema={**definitions[name], "definitions": definitions})
    struct = getattr(import_module(f"protocol.wire.{module}"), name.removesuffix("Type"))

    check_every_rule(struct, reference, definitions[name], definitions)


def check_every_rule(struct: type[WireStruct], reference: Any, schema: Any, definitions: Any) -> None:
    payload = full_payload(schema, definitions)

    assert assert_same_verdict(struct, reference, payload)
    for changed in every_change(payload, schema, definitions):
        assert_same_verdict(struct, reference, changed)


# Without shrinking: a failure names its message and its payload, and shrinking it would take minutes.
PHASES = (Phase.explicit, Phase.generate)


@pytest.mark.slow
@every_message
@settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_struct_and_schema_give_the_same_verdict(module: str, file: str, data: st.DataObject) -> None:
    compare(module, file, data, limit=100)


class TestTheComparisonCanFail:
    """A Struct that is a little more open or a little more narrow than its schema is caught."""

    class Longer(WireStruct, frozen=True, kw_only=True):
        id_tag: v16.StrTo25

    class Optional(WireStruct, frozen=True, kw_only=True):
        id_tag: v16.StrTo20 | msgspec.UnsetType = msgspec.UNSET

    class Open(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
        id_tag: v16.StrTo20

    class Nullable(WireStruct, frozen=True, kw_only=True):
        id_tag: v16.StrTo20 | None

    @pytest.mark.parametrize("mutant", [Longer, Optional, Open, Nullable])
    def test_a_struct_that_differs_is_caught(self, mutant: type[WireStruct]) -> None:
        reference = validator("v16", "Authorize")

        with pytest.raises(AssertionError):
            compare_changes(mutant, reference, {"idTag": "x" * 20}, seed=1, limit=1000)


class TestNamedTolerances:
    """Where a Struct and its schema differ, and that is known."""

    def test_a_whole_number_written_as_a_fraction_is_refused_where_draft_06_takes_it(self) -> None:
        text = '{"requestId": 1.0, "reportBase": "FullInventory"}'

        assert validator("v201", "GetBaseReportRequest").is_valid(json.loads(text))
        assert not accepts(v201.GetBaseReportRequest, text)

    def test_a_lone_surrogate_is_refused(self) -> None:
        text = '{"idTag": "\\ud800"}'

        assert validator("v16", "Authorize").is_valid(json.loads(text))
        assert not accepts(v16.AuthorizeRequest, text)

    def test_a_number_beyond_a_double_is_refused(self) -> None:
        assert not accepts(v21.TransactionLimit, '{"maxCost": 1e400}')

    @pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**40])
    def test_a_whole_number_beyond_64_bits_is_refused(self, number: int) -> None:
        text = f'{{"requestId": {number}, "reportBase": "FullInventory"}}'

        assert validator("v201", "GetBaseReportRequest").is_valid(json.loads(text))
        assert not accepts(v201.GetBaseReportRequest, text)
        assert not accepts(v21.AFRRSignalRequest, f'{{"timestamp": "", "signal": {number}}}')

    def test_a_limit_is_judged_by_its_nearest_double(self) -> None:
        text = '{"startPeriod": 0, "limit": 16.00000000000000000001}'

        assert codec.decode(text.encode(), v16.ChargingSchedulePeriod).limit == 16.0

    def test_of_a_repeated_field_each_value_is_checked_and_the_last_one_counts(self) -> None:
        assert codec.decode(b'{"idTag": "a", "idTag": "b"}', v16.AuthorizeRequest).id_tag == "b"
        assert not accepts(v16.AuthorizeRequest, '{"idTag": 1, "idTag": "b"}')

    def test_null_stands_for_an_empty_payload_where_nothing_is_required(self) -> None:
        assert codec.decode(b" null ", v201.HeartbeatRequest) == v201.HeartbeatRequest()
        assert not accepts(v201.HeartbeatResponse, "null")
