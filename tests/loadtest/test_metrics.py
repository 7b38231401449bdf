"""Latencies over time, out of sums that only grow."""

from pathlib import Path

from loadtest.metrics import JOURNEY, Count, Sample, Timeline, percentile, progress, read_timeline

BOOT = ("OCPP 1.6", "BootNotification")


def test_percentile_is_the_time_that_so_many_stayed_within() -> None:
    by_ms = {10: 98, 200: 1, 3000: 1}

    found = [percentile(by_ms, fraction) for fraction in (0.5, 0.98, 0.99, 1.0)]

    assert found == [10, 10, 200, 3000]
    assert percentile({}, 0.99) == 0


def test_sample_holds_only_what_happened_since_the_last_look() -> None:
    timeline = Timeline()
    timeline.look({BOOT: Count(10, 0, {5: 10})}, elapsed_s=2.0, users=10)

    (sample,) = timeline.look({BOOT: Count(14, 1, {5: 10, 900: 4})}, elapsed_s=4.04, users=12)
    nothing = timeline.look({BOOT: Count(14, 1, {5: 10, 900: 4})}, elapsed_s=6.0, users=12)

    assert sample == Sample(4.0, 12, BOOT, requests=4, failures=1, p50_ms=900, p99_ms=900)
    assert nothing == []
    assert len(timeline.samples) == 2


def test_timeline_is_read_as_it_was_written(tmp_path: Path) -> None:
    timeline = Timeline()
    counts = {BOOT: Count(3, 1, {7: 3}), ("GET", "/sessions, {id}"): Count(1, 0, {31: 1})}
    timeline.look(counts, elapsed_s=2.0, users=3)

    timeline.write(tmp_path / "timeline.csv")

    assert read_timeline(tmp_path / "timeline.csv") == timeline.samples


def test_progress_counts_requests_without_journeys_and_names_the_slowest() -> None:
    samples = [
        Sample(2.0, 5, BOOT, requests=20, failures=1, p50_ms=4, p99_ms=80),
        Sample(2.0, 5, (JOURNEY, "start by app"), requests=100, failures=0, p50_ms=900, p99_ms=1100),
    ]

    line = progress(samples, elapsed_s=2.0, length_s=120.0, users=5, over_s=2.0)

    assert "2 of 120 s" in line
    assert "10.0 msg/s" in line
    assert "1 failures" in line
    assert line.endswith("slowest p99 1100 ms (Journey start by app)")


def test_progress_says_where_nothing_is_answered() -> None:
    assert progress([], elapsed_s=2.0, length_s=120.0, users=5, over_s=2.0).endswith("nothing answered")
