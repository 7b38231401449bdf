"""The stations of the load test on the wire, held against the published schemas."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from loadtest import v16, v201
from loadtest.conduct import Answer, Charge, Condition, Dialect, Order, Wish, measured_as
from tests.conformance.wire import judge, schema_of
from tests.protocol.wire.payloads import valid_payloads

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
DIALECTS: dict[str, Dialect] = {
    "1.6": v16.ChargePoint("load-ab12cd-00001"),
    "2.0.1": v201.ChargingStation("load-ab12cd-00002"),
}
ASKED = [("1.6", action) for action in v16.ANSWERS] + [("2.0.1", action) for action in v201.ANSWERS]

versions = pytest.mark.parametrize("version", DIALECTS)


def charge(**changed: Any) -> Charge:
    fields = {"token": "LOAD0001", "token_type": "ISO14443", "began_at": NOW, "ends_after_s": 60.0}
    return Charge(**{**fields, "meter_start_wh": 1000, "transaction_id": "17", **changed})


def said_in_a_life(dialect: Dialect) -> list[tuple[str, dict[str, Any]]]:
    one = charge()
    said = [dialect.boot(), dialect.heartbeat(), dialect.authorize(one.token)]
    said += [dialect.condition(condition, NOW) for condition in Condition]
    said += [dialect.begin(one), dialect.reading(one, NOW + timedelta(seconds=10))]
    one.ended_at = NOW + timedelta(seconds=60)
    return [*said, dialect.end(one)]


@versions
def test_everything_that_a_station_says_is_valid(version: str) -> None:
    for action, payload in said_in_a_life(DIALECTS[version]):
        judge(version, action, payload, is_request=True)


@pytest.mark.parametrize(("version", "action"), ASKED)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_answer_to_any_valid_call_is_valid(version: str, action: str, data: st.DataObject) -> None:
    schema = schema_of(version, action, is_request=True)
    payload = data.draw(valid_payloads(schema, schema.get("definitions", {})))
    running = data.draw(st.sampled_from([None, charge()]))

    answer = DIALECTS[version].answer(action, payload, running)

    assert answer.error is None
    judge(version, action, answer.payload, is_request=False)


@versions
def test_call_that_no_version_has_is_not_implemented_and_one_that_we_lack_not_supported(version: str) -> None:
    dialect = DIALECTS[version]
    lacking = {"1.6": "UpdateFirmware", "2.0.1": "SetNetworkProfile"}[version]

    codes = [(dialect.answer(action, {}, None).error or ("",))[0] for action in ("MakeCoffee", lacking)]

    assert codes == ["NotImplemented", "NotSupported"]


@versions
def test_energy_and_time_of_a_charge_add_up(version: str) -> None:
    one = charge(ended_at=NOW + timedelta(hours=1))

    assert one.meter_wh(NOW) == 1000
    assert one.meter_wh(one.ended_at or NOW) == 12_000
    assert "12000" in str(DIALECTS[version].end(one)[1])


def test_start_by_app_is_ordered_with_its_token() -> None:
    old = DIALECTS["1.6"].answer("RemoteStartTransaction", {"idTag": "V1", "connectorId": 1}, None)
    body = {"remoteStartId": 9, "evseId": 1, "idToken": {"idToken": "V2", "type": "Central"}}
    new = DIALECTS["2.0.1"].answer("RequestStartTransaction", body, None)

    assert old == Answer.status("Accepted", Order(Wish.START, token="V1"))
    assert new == Answer.status("Accepted", Order(Wish.START, token="V2", token_type="Central", remote_start_id=9))


def test_start_and_stop_that_do_not_fit_what_runs_are_rejected() -> None:
    old, new, running = DIALECTS["1.6"], DIALECTS["2.0.1"], charge()
    start = {"remoteStartId": 9, "idToken": {"idToken": "V2", "type": "Central"}}

    answers = [
        old.answer("RemoteStartTransaction", {"idTag": "V1"}, running),
        old.answer("RemoteStopTransaction", {"transactionId": 18}, running),
        old.answer("RemoteStopTransaction", {"transactionId": 17}, None),
        new.answer("RequestStartTransaction", start, running),
        new.answer("RequestStopTransaction", {"transactionId": "18"}, running),
    ]

    assert answers == [Answer.status("Rejected")] * 5
    assert old.answer("RemoteStopTransaction", {"transactionId": 17}, running).order is not None
    assert new.answer("RequestStopTransaction", {"transactionId": "17"}, running).order is not None


def test_old_transaction_has_the_number_that_the_csms_gave() -> None:
    one = charge(transaction_id="")

    may_go_on = DIALECTS["1.6"].take_begun(one, {"transactionId": 42, "idTagInfo": {"status": "Accepted"}})

    assert (may_go_on, one.is_begun, one.transaction_id) == (True, True, "42")
    assert not DIALECTS["1.6"].take_begun(charge(), {"transactionId": 1, "idTagInfo": {"status": "Blocked"}})


def test_new_transaction_counts_its_events_and_says_its_end_again_as_the_same_one() -> None:
    one, dialect = charge(transaction_id="", remote_start_id=7), DIALECTS["2.0.1"]

    begun = dialect.begin(one)[1]
    updated = [dialect.reading(one, NOW)[1]["seqNo"] for _ in range(2)]
    one.ended_at = NOW
    ended = [dialect.end(one)[1] for _ in range(2)]

    assert begun["transactionInfo"]["remoteStartId"] == 7
    assert len(begun["transactionInfo"]["transactionId"]) == 36
    assert (begun["seqNo"], updated, ended[0]["seqNo"]) == (0, [1, 2], 3)
    assert ended[0] == ended[1]


def test_end_of_a_transaction_is_measured_by_itself_where_its_answer_waits_for_the_bill() -> None:
    dialect, one = DIALECTS["2.0.1"], charge(ended_at=NOW + timedelta(minutes=1), reason="Local")

    assert measured_as(*dialect.begin(one)) == "TransactionEvent"
    assert measured_as(*dialect.end(one)) == "TransactionEvent ended"
    assert measured_as(*DIALECTS["1.6"].end(one)) == "StopTransaction"
