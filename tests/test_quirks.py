"""The quirk battery, and its table in the docs."""

from typing import Any

import pytest

from tests.quirks import EVERY_RULE, SECTIONS, TABLE, play, read_cases, write_table

CASES = read_cases()


@pytest.mark.parametrize("name", CASES)
async def test_station_with_a_quirk_is_served(name: str) -> None:
    case: dict[str, Any] = CASES[name]

    outcome = await play(case)

    assert outcome.answers == case["answers"]
    assert outcome.deviations == case["deviations"]
    assert outcome.facts == case["facts"]


def test_every_rule_has_a_case() -> None:
    shown = {rule for case in CASES.values() for rule in case["deviations"]}

    assert shown >= EVERY_RULE


def test_what_is_quarantined_was_refused_or_ignored() -> None:
    refused = [case for case in CASES.values() if "quarantined" in case["facts"]]

    assert refused
    assert all(answer[0] == 4 for case in refused for answer in case["answers"])


def test_every_section_has_cases() -> None:
    assert {case["section"] for case in CASES.values()} == set(SECTIONS)


def test_table_is_fresh() -> None:
    assert TABLE.read_text("utf-8") == write_table(), "run python -m tests.quirks"
