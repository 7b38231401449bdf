"""Counting latencies in buckets."""

import copy

import pytest
from hypothesis import given, strategies as st

from simulator.traffic import Latencies, Traffic


@given(st.lists(st.floats(1e-6, 500), min_size=1), st.floats(0.01, 1))
def test_quantile_is_right_to_an_eighth(durations: list[float], fraction: float) -> None:
    latencies = Latencies()
    for seconds in durations:
        latencies.record(seconds)

    ordered = sorted(durations)
    exact = next(value for n, value in enumerate(ordered, start=1) if n >= fraction * len(ordered))
    assert exact <= latencies.quantile_s(fraction) <= exact * 1.126
    assert sum(count for _, count in latencies.buckets()) == latencies.count == len(durations)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 1e6])
def test_what_lies_beyond_the_buckets_is_counted_in_the_last(seconds: float) -> None:
    latencies = Latencies()

    latencies.record(seconds)

    assert (latencies.count, latencies.quantile_s(0.5)) == (1, seconds)


def test_added_counts_are_those_of_both() -> None:
    one, other, both = Latencies(), Latencies(), Latencies()
    for seconds in (0.001, 0.002, 0.5):
        one.record(seconds)
        both.record(seconds)
    other.record(3.0)
    both.record(3.0)

    one.add(other)

    assert list(one.buckets()) == list(both.buckets())
    assert (one.count, one.longest_s, one.sum_s) == (4, 3.0, both.sum_s)


def test_answers_are_kept_by_action() -> None:
    traffic = Traffic()

    traffic.count_answer("Heartbeat", 0.01)
    traffic.count_answer("MeterValues", 0.02)
    traffic.count_answer("MeterValues", 0.04)

    assert traffic.answered_count == 3
    assert traffic.answered["MeterValues"].longest_s == 0.04


def test_what_came_since_is_told_apart_from_what_was_before() -> None:
    latencies = Latencies()
    for _ in range(50):
        latencies.record(8.0)
    before = copy.deepcopy(latencies)
    for _ in range(10):
        latencies.record(0.01)

    since = latencies.since(before)

    assert since.count == 10
    assert 0.01 <= since.quantile_s(0.99) < 0.012
