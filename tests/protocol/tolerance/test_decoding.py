"""Payloads by rules (invariants of `protocol.tolerance.decoding` and `nodes`)."""

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from protocol.domain.identifiers import IdToken
from protocol.errors import PayloadViolation
from protocol.tolerance import decoding
from protocol.tolerance.decoding import ALL_RULES, Ruleset, decode, observe, without_nul
from protocol.tolerance.values import strip_token_junk
from protocol.wire import codec, v16, v201
from protocol.wire.structs import WireStruct

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
METER_VALUES = {
    "connectorId": 1,
    "meterValue": [{"timestamp": "2026-01-01T12:00:00Z", "sampledValue": [{"value": "1", "unit": "Wh"}]}],
}
NONE = Ruleset(off=["*"])
MESSAGES = [
    v16.BootNotificationRequest,
    v16.MeterValuesRequest,
    v16.StopTransactionRequest,
    v16.GetConfigurationResponse,
    v201.TransactionEventRequest,
    v201.NotifyReportRequest,
    v201.StatusNotificationRequest,
]


def read(payload: object, message: type[WireStruct], rules: Ruleset = ALL_RULES) -> tuple[Any, list[str]]:
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    decoded, deviations = decode(text, message, rules=rules, received_at=NOW)
    return decoded, [deviation.rule for deviation in deviations]


def test_payload_that_is_right_meets_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_decode_by_rules", lambda *_: pytest.fail("a rule was tried"))

    decoded, rules = read(METER_VALUES, v16.MeterValuesRequest)

    assert decoded == codec.decode(json.dumps(METER_VALUES).encode(), v16.MeterValuesRequest)
    assert rules == []


_JSON = st.recursive(
    st.text(st.sampled_from('\0\\u0a"é'), max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("\0k\\u0000"), inner, max_size=1),
    max_leaves=8,
)


def cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.replace("\0", ""): cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner) for inner in value]
    return value.replace("\0", "") if isinstance(value, str) else value


@given(_JSON)
def test_nul_is_dropped_from_every_text_and_nothing_else_is(value: Any) -> None:
    text = json.dumps(value).encode()

    clean, dropped = without_nul(text)

    assert json.loads(clean) == cleaned(value)
    assert bool(dropped) == (cleaned(value) != value)


def test_no_message_violation_or_deviation_holds_a_nul() -> None:
    payload = {"connectorId": 1, "errorCode": "Er\0ror", "status": "Available", "a\0b": 1, "info": "\0"}
    text = json.dumps(payload).encode()

    message, deviations = decode(text, v16.StatusNotificationRequest, rules=Ruleset(), received_at=NOW)
    with pytest.raises(PayloadViolation) as refused:
        decode(text.replace(b"Avail", b"Unavail\\u0000"), v16.StatusNotificationRequest, rules=NONE, received_at=NOW)

    assert (message.error_code, message.info) == ("Error", "")
    assert [deviation.rule for deviation in deviations] == ["drop_nul", "drop_unknown_fields", "keep_unknown_word"]
    assert not any("\0" in deviation.detail for deviation in deviations)
    assert "\0" not in str(refused.value)


def test_what_the_schema_has_no_room_for_is_kept_whole() -> None:
    serial, model = "S" * 34, "M" * 23

    boot, rules = read(
        {"chargePointVendor": "V", "chargePointModel": model, "chargePointSerialNumber": serial},
        v16.BootNotificationRequest,
    )

    assert (boot.charge_point_serial_number, boot.charge_point_model) == (serial, model)
    assert rules == ["keep_long_text"]


def test_unknown_word_is_kept_at_its_own_place() -> None:
    samples = [{"value": "1", "unit": unit} for unit in ("Wh", "Hz", "kWh", "rpm")]
    payload = {"connectorId": 1, "meterValue": [{"timestamp": "x", "sampledValue": samples}]}

    decoded, _ = read(payload, v16.MeterValuesRequest)

    assert [sample.unit for sample in decoded.meter_value[0].sampled_value] == ["Wh", "Hz", "kWh", "rpm"]


def test_number_that_becomes_a_text_is_the_text_that_it_was() -> None:
    payload = b'{"connectorId":1,"meterValue":[{"timestamp":"x","sampledValue":[{"value":1234567.10}]}]}'

    decoded, _ = read(payload, v16.MeterValuesRequest)

    assert decoded.meter_value[0].sampled_value[0].value == "1234567.10"


def test_detail_never_says_an_id_token() -> None:
    _, deviations = decode(b'{"idTag":87654321}', v16.AuthorizeRequest, rules=ALL_RULES, received_at=NOW)
    _, long = decode(b'{"idTag":"' + b"8765" * 9 + b'"}', v16.AuthorizeRequest, rules=ALL_RULES, received_at=NOW)
    _, junk = strip_token_junk(IdToken("\x0187654321"))

    assert junk is not None
    assert not any("8765" in deviation.detail for deviation in (*deviations, *long, junk))


def test_rule_that_is_off_is_not_tried_and_a_pinned_one_comes_first() -> None:
    with pytest.raises(PayloadViolation):
        read({"idTag": 7}, v16.AuthorizeRequest, Ruleset(off=["write_number_as_text"]))
    with pytest.raises(PayloadViolation):
        read({"idTag": 7}, v16.AuthorizeRequest, Ruleset(off=["*"]))

    both = {"connectorId": 1, "errorCode": "Error", "status": "available", "timestamp": NOW.isoformat()}
    _, usual = read(both, v16.StatusNotificationRequest)
    _, pinned = read(both, v16.StatusNotificationRequest, Ruleset(pinned=["keep_unknown_word"]))

    assert usual == ["match_word_ignoring_case", "keep_unknown_word"]
    assert pinned == ["keep_unknown_word", "match_word_ignoring_case"]


def test_what_no_rule_repairs_raises_what_strict_decoding_raised() -> None:
    with pytest.raises(PayloadViolation) as strict:
        codec.decode(b'{"connectorId":"x","extra":1}', v16.MeterValuesRequest)
    with pytest.raises(PayloadViolation) as tolerant:
        read(b'{"connectorId":"x","extra":1}', v16.MeterValuesRequest)

    assert str(tolerant.value) == str(strict.value)


@pytest.mark.parametrize(
    "number", [b"1e99999999", b"1e9999223372036854775807", b"-1E-9999223372036854775807", b"1" * 5000, b"-0", b"1e-400"]
)
def test_number_of_any_size_is_no_bomb(number: bytes) -> None:
    began = time.perf_counter()
    with contextlib.suppress(PayloadViolation):
        read(b'{"connectorId":' + number + b',"meterValue":[]}', v16.MeterValuesRequest)

    assert time.perf_counter() - began < 0.5


def test_rules_take_time_linear_in_the_payload() -> None:
    def seconds(samples: int) -> float:
        sample = {"value": 1, "unit": "Hz", "measurand": "Odd", "x": 1}
        payload = json.dumps(
            {"connectorId": "1", "meterValue": [{"timestamp": "x", "sampledValue": [sample] * samples}]}
        )
        best = 1e9
        for _ in range(3):
            began = time.process_time()
            read(payload.encode(), v16.MeterValuesRequest)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(4000) < 25 * seconds(400)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_field_nothing_but_a_violation_escapes(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    names = [field.encode_name for field in msgspec.structs.fields(message)]
    payload = {name: data.draw(_JSON) for name in data.draw(st.lists(st.sampled_from(names), unique=True))}

    try:
        decoded, _ = read(payload, message)
    except PayloadViolation:
        return

    assert isinstance(decoded, message)
    assert isinstance(observe(decoded, rules=ALL_RULES, received_at=NOW), tuple)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("2026-01-01T11:59:59Z", []),
        ("2026-01-01T12:00:01.5+00:00", []),
        ("2026-01-01T11:59:59", ["timestamp_without_zone"]),
        ("1970-01-01T00:00:00", ["timestamp_without_zone", "clock_not_set"]),
        ("2026-01-01T18:00:00Z", ["clock_skew"]),
        ("2026-01-01T08:00:00Z", ["clock_skew"]),
        ("soon", []),
        ("9999-12-31T23:59:59-14:00", []),
    ],
)
def test_clock_of_a_live_report_is_told_by_its_timestamp(text: str, rules: list[str]) -> None:
    report = v16.StatusNotificationRequest(connector_id=1, error_code="NoError", status="Available", timestamp=text)

    assert [deviation.rule for deviation in observe(report, rules=ALL_RULES, received_at=NOW)] == rules
