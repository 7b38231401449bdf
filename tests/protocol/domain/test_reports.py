"""Parts of reports: when they are whole, and which are out of step."""

import pytest
from hypothesis import given, strategies as st

from protocol.domain.reports import ReportKind, ReportPart, is_complete
from protocol.tolerance.reports import ReportWatch


@given(first=st.sampled_from([0, 1]), count=st.integers(1, 12), missing=st.integers(0, 12), order=st.randoms())
def test_report_is_complete_with_all_of_its_parts_and_no_sooner(first: int, count: int, missing: int, order) -> None:  # type: ignore[no-untyped-def]
    parts = [(first + number, number == count - 1) for number in range(count)]
    order.shuffle(parts)
    without = [part for part in parts if part[0] != first + missing]

    assert is_complete(parts)
    assert is_complete(without) == (missing >= count or ((first, missing) == (0, 0) and count > 1))


def test_parts_without_numbers_are_complete_with_the_last() -> None:
    assert not is_complete([])
    assert not is_complete([(None, False)])
    assert is_complete([(None, False), (None, True)])


def test_report_that_begins_in_the_middle_is_not_complete() -> None:
    assert not is_complete([(2, False), (3, True)])


@pytest.mark.parametrize(
    ("numbers", "rules"),
    [
        ([0, 1, 2], [[], [], []]),
        ([1, 2], [["report_not_from_0"], []]),
        ([0, 2, 1], [[], ["report_part_missing"], ["report_part_repeated"]]),
        ([0, 0, 1], [[], ["report_part_repeated"], []]),
    ],
)
def test_part_out_of_step_is_noted(numbers: list[int], rules: list[list[str]]) -> None:
    watch = ReportWatch()

    noted = [
        watch.observe(ReportKind.VARIABLES, ReportPart(request_id=7, seq_no=number, is_last=False))
        for number in numbers
    ]

    assert [[deviation.rule for deviation in some] for some in noted] == rules


def test_report_that_is_over_is_forgotten() -> None:
    watch = ReportWatch()

    watch.observe(ReportKind.VARIABLES, ReportPart(request_id=7, seq_no=0))

    assert watch.observe(ReportKind.VARIABLES, ReportPart(request_id=7, seq_no=0)) == ()


def test_no_station_makes_us_remember_more_than_a_few_reports() -> None:
    watch = ReportWatch()

    for number in range(1000):
        watch.observe(ReportKind.MONITORS, ReportPart(request_id=number, seq_no=0, is_last=False))

    assert len(watch._highest) <= 16
