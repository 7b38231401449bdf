"""The plain rules: pages merged, values checked, thresholds and the states of an alarm."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.admin.alarm_rules import (
    ALARM,
    RULE_KINDS,
    AlarmKind,
    AlarmRule,
    AlarmState,
    AlarmTrigger,
    Measured,
    Severity,
    breaches_of,
)
from backoffice.admin.errors import SettingNotFound, SettingNotValid
from backoffice.admin.merging import merge_pages
from backoffice.admin.registry import REGISTRY, SettingKind, check_value
from backoffice.contracts.admin import SERVICES as NAMES, TOLD_OTHERWISE
from backoffice.kit.audit import AuditEntry, AuditPage, AuditPosition
from backoffice.services import load_services
from protocol.errors import IllegalTransition

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING = msgspec.Raw(b"null")


def entry(service: str, second: int) -> AuditEntry:
    position = AuditPosition(BEGAN + timedelta(seconds=second), service, second)
    return AuditEntry(position, "admin:olga", "", "", "things", "1", "insert", NOTHING, NOTHING)


def part(entries: list[AuditEntry], limit: int) -> AuditPage:
    return AuditPage(tuple(entries[:limit]), has_more=len(entries) > limit)


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sets(st.integers(0, 30)), min_size=1),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_merged_pages_one_after_the_other_are_everything_in_order(
    seconds: dict[str, set[int]], limit: int, part_limit: int
) -> None:
    of_all = {name: [entry(name, second) for second in sorted(own, reverse=True)] for name, own in seconds.items()}
    read: list[AuditEntry] = []
    before: AuditPosition | None = None

    while True:
        parts = [
            part([one for one in own if before is None or one.position < before], min(limit, part_limit))
            for own in of_all.values()
        ]
        page = merge_pages(parts, limit=limit)
        read += page.entries
        if not page.has_more:
            break
        before = page.entries[-1].position

    everything = sorted((one for own in of_all.values() for one in own), key=lambda one: one.position, reverse=True)
    assert read == everything


def test_what_is_told_otherwise_is_a_kind_of_alarm() -> None:
    assert {AlarmKind(kind) for kind in TOLD_OTHERWISE} == {AlarmKind.STATION_OFFLINE, AlarmKind.STATION_FAULTED}


def test_admin_asks_every_service() -> None:
    assert set(NAMES) == {service.name for service in load_services()}


@pytest.mark.parametrize(
    ("default", "value", "problem"),
    [
        (True, 1, "switch"),
        (5, True, "number"),
        (5, 11, "between 0 and 10"),
        (5, -1, "between 0 and 10"),
        ("x", 5, "text"),
        ("x", "longer than ten", "longer than 10"),
    ],
)
def test_value_of_another_type_or_out_of_bounds_is_refused(default: object, value: object, problem: str) -> None:
    kind = SettingKind(default=default, help="", at_most=10)  # type: ignore[arg-type]

    assert problem in (kind.problem_of(value) or "")
    assert kind.problem_of(default) is None


def test_registry_holds_what_it_would_take() -> None:
    for name, kind in REGISTRY.items():
        assert check_value(name, kind.default) == kind.default
    with pytest.raises(SettingNotFound):
        check_value("nothing", 1)
    with pytest.raises(SettingNotValid):
        check_value("sessions.starts_by_app", "yes")


def test_alarm_walks_its_table_and_no_other_way() -> None:
    for state in AlarmState:
        for trigger in AlarmTrigger:
            expected = ALARM.transitions[state].get(trigger)
            if expected is None:
                with pytest.raises(IllegalTransition):
                    ALARM.advance(state, trigger)
            else:
                assert ALARM.advance(state, trigger) is expected


def test_every_kind_has_a_rule_and_breaches_from_its_threshold_on() -> None:
    assert set(RULE_KINDS) == set(AlarmKind)
    measured = [Measured("a", 69, ""), Measured("b", 70, ""), Measured("c", 71, "")]

    assert set(breaches_of(AlarmRule(70, Severity.CRITICAL), measured)) == {"b", "c"}
    assert breaches_of(AlarmRule(70, Severity.CRITICAL, is_enabled=False), measured) == {}
