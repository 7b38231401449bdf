"""When an alarm is raised: a row for each thing that is measured, and the states of an alarm.

Invariants:
1. One alarm a rule and thing (station, stream, service): what stays wrong is raised once.
2. What could not be measured neither raises nor clears.
3. Acknowledging says that somebody sees to it; only a measurement clears.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from protocol.domain.state_table import StateTable


class AlarmKind(StrEnum):
    """What is measured."""

    STATION_OFFLINE = "station_offline"
    STATION_FAULTED = "station_faulted"
    MESSAGE_QUARANTINED = "message_quarantined"
    DEAD_LETTERS = "dead_letters"
    STREAM_FILL = "stream_fill"
    PAYMENTS_FAILED = "payments_failed"
    CERTIFICATE_EXPIRING = "certificate_expiring"


class Severity(StrEnum):
    """How soon somebody is to look."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """An alarm is raised where the measure is `threshold` or more; the unit is the kind's."""

    threshold: int
    severity: Severity
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A kind's unit, its rule unless a tenant says otherwise, and what it means."""

    unit: str
    rule: AlarmRule
    help: str


RULE_KINDS: Mapping[AlarmKind, RuleKind] = {
    AlarmKind.STATION_OFFLINE: RuleKind(
        "minutes", AlarmRule(15, Severity.WARNING), "A station is offline for so long, or longer."
    ),
    AlarmKind.STATION_FAULTED: RuleKind(
        "minutes", AlarmRule(0, Severity.CRITICAL), "An EVSE, or the station, has the status Faulted for so long."
    ),
    AlarmKind.MESSAGE_QUARANTINED: RuleKind(
        "messages a day", AlarmRule(1, Severity.WARNING), "A station said what nothing could be made of."
    ),
    AlarmKind.DEAD_LETTERS: RuleKind(
        "events", AlarmRule(1, Severity.CRITICAL), "A service could not apply events, and waits for a decision."
    ),
    AlarmKind.STREAM_FILL: RuleKind(
        "percent", AlarmRule(70, Severity.CRITICAL), "A stream fills; when it is full, stations are not answered."
    ),
    AlarmKind.PAYMENTS_FAILED: RuleKind(
        "payments an hour", AlarmRule(5, Severity.CRITICAL), "Payments fail, as they do while a provider is away."
    ),
    AlarmKind.CERTIFICATE_EXPIRING: RuleKind(
        "days of the last 30",
        AlarmRule(10, Severity.WARNING),
        "A station's certificate ends within 30 days, and so many of them have passed without a new one.",
    ),
}


class AlarmState(StrEnum):
    """Where an alarm is."""

    QUIET = "quiet"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


class AlarmTrigger(StrEnum):
    """What moves it."""

    BREACHED = "the measure reached the threshold"
    SEEN = "somebody acknowledged it"
    RELIEVED = "the measure is below the threshold"


ALARM: StateTable[AlarmState, AlarmTrigger] = StateTable(
    "alarm",
    {
        AlarmState.QUIET: {AlarmTrigger.BREACHED: AlarmState.RAISED},
        AlarmState.RAISED: {
            AlarmTrigger.SEEN: AlarmState.ACKNOWLEDGED,
            AlarmTrigger.RELIEVED: AlarmState.CLEARED,
        },
        AlarmState.ACKNOWLEDGED: {AlarmTrigger.RELIEVED: AlarmState.CLEARED},
        AlarmState.CLEARED: {AlarmTrigger.BREACHED: AlarmState.RAISED},
    },
)

STANDING = frozenset({AlarmState.RAISED, AlarmState.ACKNOWLEDGED})
"""States of an alarm whose cause is there."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one thing measures now, in the unit of the kind; `detail` says it to people."""

    about: str
    value: int
    detail: str


def breaches_of(rule: AlarmRule, measured: Iterable[Measured]) -> Mapping[str, Measured]:
    """What is as it must not be, by the thing."""
    if not rule.is_enabled:
        return {}
    return {one.about: one for one in measured if one.value >= rule.threshold}
