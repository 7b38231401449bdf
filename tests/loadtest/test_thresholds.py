"""What a run must hold."""

from pathlib import Path

import pytest

from loadtest.metrics import JOURNEY, Count
from loadtest.thresholds import (
    USUAL,
    InvalidThresholds,
    LatencyLimit,
    Thresholds,
    Verdict,
    judge,
    read_thresholds,
    read_verdicts,
    write_verdicts,
)

BOOT16, BOOT201 = ("OCPP 1.6", "BootNotification"), ("OCPP 2.0.1", "BootNotification")


def failed(thresholds: Thresholds, counts: dict[tuple[str, str], Count], *, broken: tuple[str, ...] = ()) -> list[str]:
    verdicts = judge(thresholds, counts, seconds=60.0, users_at_most=10, broken=broken)
    return [verdict.name for verdict in verdicts if not verdict.has_held]


def test_usual_table_is_read_and_names_what_stations_do() -> None:
    usual = read_thresholds(USUAL)

    assert usual.max_failure_share < 0.01
    assert {"OCPP * BootNotification", "OCPP 1.6 StartTransaction", "OCPP 2.0.1 TransactionEvent"} <= {
        limit.kind for limit in usual.latency
    }


def test_each_name_of_a_pattern_is_judged_by_itself() -> None:
    thresholds = Thresholds([LatencyLimit("OCPP * BootNotification", 100)])
    counts = {
        BOOT16: Count(100, 0, {100: 100}),
        BOOT201: Count(100, 0, {20: 98, 101: 2}),
        ("GET", "/x"): Count(1, 0, {9000: 1}),
    }

    assert failed(thresholds, counts) == ["OCPP 2.0.1 BootNotification within 100 ms"]


def test_one_slow_answer_of_a_hundred_is_within_the_limit() -> None:
    thresholds = Thresholds([LatencyLimit("OCPP * BootNotification", 100)])

    assert failed(thresholds, {BOOT16: Count(100, 0, {20: 99, 5000: 1})}) == []
    assert failed(thresholds, {BOOT16: Count(100, 0, {20: 98, 5000: 2})}) != []


@pytest.mark.parametrize("is_required", [True, False])
def test_action_that_never_happened_fails_where_it_is_required(is_required: bool) -> None:
    thresholds = Thresholds([LatencyLimit("OCPP * BootNotification", 100, is_required=is_required)])

    found = failed(thresholds, {("GET", "/x"): Count(1, 0, {9: 1})})

    assert found == (["OCPP * BootNotification within 100 ms"] if is_required else [])


def test_failures_count_as_a_share_of_everything() -> None:
    thresholds = Thresholds([], max_failure_share=0.01)

    assert failed(thresholds, {BOOT16: Count(100, 1, {1: 100})}) == []
    assert failed(thresholds, {BOOT16: Count(100, 2, {1: 100})}) == ["at most 1.000% of the requests fail"]


def test_run_that_asked_nothing_fails() -> None:
    assert failed(Thresholds([]), {}) == ["at most 0.000% of the requests fail"]


def test_throughput_is_of_requests_alone() -> None:
    thresholds = Thresholds([], min_requests_per_s=10.0, min_requests_per_user_min=60.0)
    enough, journeys = Count(600, 0, {1: 600}), Count(600, 0, {1: 600})

    assert failed(thresholds, {BOOT16: enough}) == []
    assert failed(thresholds, {BOOT16: Count(599, 0, {1: 599}), (JOURNEY, "x"): journeys}) == [
        "at least 10 requests a second",
        "at least 60 requests a user and minute",
    ]


def test_error_of_the_load_test_itself_fails_the_run() -> None:
    found = failed(Thresholds([]), {BOOT16: Count(1, 0, {1: 1})}, broken=("KeyError",))

    assert found == ["no user of the load test breaks"]


@pytest.mark.parametrize(
    "text",
    [
        "max_failures = 1",
        "max_failure_share = 'none'",
        "min_requests_per_s = -1",
        "[[latency]]\nkind = 'GET *'",
        "[[latency]]\nkind = 'GET *'\np99_ms = true",
        "[[latency]\n",
    ],
)
def test_table_that_nobody_understands_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(InvalidThresholds, match=r"mine\.toml"):
        read_thresholds(tmp_path / "mine.toml")


def test_verdicts_are_read_as_they_were_written(tmp_path: Path) -> None:
    verdicts = [Verdict("GET * within 5 ms", False, "p99 6 ms of 9"), Verdict("x", True, "")]

    write_verdicts(verdicts, tmp_path / "verdicts.json")

    assert read_verdicts(tmp_path / "verdicts.json") == verdicts
