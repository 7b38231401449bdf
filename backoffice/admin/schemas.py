"""What admin's routes say and take."""

from datetime import datetime
from typing import Any, Self

import msgspec
from pydantic import BaseModel, Field

from backoffice.admin.alarm_rules import RULE_KINDS, AlarmKind, AlarmRule, AlarmState, Severity
from backoffice.admin.models import AlarmRow, QuarantinedMessage
from backoffice.admin.operator_settings import EffectiveSetting
from backoffice.admin.registry import SettingScope, SettingValue
from backoffice.kit.audit import AuditEntry
from backoffice.kit.bodies import Body
from backoffice.kit.oversight_questions import DeadLetter, ParkedSubject, SetAside

Reason = Field(min_length=3, max_length=500, description="Why; it is kept in the audit log.")


class AuditEntryView(BaseModel):
    """One row that somebody changed. Of an update `before` and `after` hold the columns that differ.

    `hidden`: columns that changed and are not shown. `is_erased`: it was about a person who is gone.
    """

    service: str
    table: str
    key: str
    action: str
    at: datetime
    who: str
    request_id: str
    note: str
    before: dict[str, Any] | None  # Any: the columns of whatever table it is
    after: dict[str, Any] | None
    hidden: list[str]
    is_erased: bool

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """The entry as it is shown."""
        return cls(
            service=entry.position.service,
            table=entry.table,
            key=entry.key,
            action=entry.action,
            at=entry.position.at,
            who=entry.who,
            request_id=entry.request_id,
            note=entry.note,
            before=_columns_of(entry.before),
            after=_columns_of(entry.after),
            hidden=list(entry.hidden),
            is_erased=entry.is_erased,
        )


class AuditPageView(BaseModel):
    """A page of changes, the newest first. `missing`: services that did not answer, whose changes are not here."""

    items: list[AuditEntryView]
    next_cursor: str | None
    missing: list[str]


class DeadLetterView(BaseModel):
    """An event that a service could not apply, and why."""

    service: str
    partition: str
    stream_seq: int
    subject: str
    event_type: str
    reason: str
    received_at: datetime

    @classmethod
    def of(cls, letter: SetAside) -> Self:
        """The letter as it is shown."""
        return cls.model_validate(letter, from_attributes=True)


class DeadLetterWithEvent(DeadLetterView):
    """The same with what it says: `event` where it is JSON, else its `text`."""

    event: Any = None  # Any: JSON of any event
    text: str | None = None

    @classmethod
    def opened(cls, letter: DeadLetter) -> Self:
        """The letter with its event."""
        shown = DeadLetterView.of(letter.letter).model_dump()
        try:
            return cls(**shown, event=msgspec.json.decode(letter.payload))
        except msgspec.DecodeError:
            return cls(**shown, text=letter.payload)


class DeadLettersView(BaseModel):
    """The newest of each service. `totals`: how many each has. `missing`: services that did not answer."""

    items: list[DeadLetterView]
    totals: dict[str, int]
    missing: list[str]


class ResolvedView(BaseModel):
    """Whether the dead letter is gone; else why it still fails."""

    is_resolved: bool
    failure: str


class ParkedView(BaseModel):
    """Events of one subject that wait behind the first, which failed for `reason`."""

    service: str
    partition: str
    subject: str
    events: int
    reason: str
    since: datetime

    @classmethod
    def of(cls, parked: ParkedSubject) -> Self:
        """The subject as it is shown."""
        return cls.model_validate(parked, from_attributes=True)


class ParkedSubjectsView(BaseModel):
    """Those of each service that wait longest. `totals`: how many each has."""

    items: list[ParkedView]
    totals: dict[str, int]
    missing: list[str]


class ReasonBody(Body):
    """Why it is done."""

    reason: str = Reason


class ReleaseBody(ReasonBody):
    """Whose events are to be applied now."""

    service: str
    partition: str
    subject: str


class ReleasedView(BaseModel):
    """How many events were applied, and how many still wait."""

    applied: int
    waiting: int


class QuarantinedView(BaseModel):
    """A message of a station that nothing could be made of, and what the station was answered."""

    id: str
    station_id: str
    action: str
    answer: str
    reason: str
    text: str
    is_truncated: bool
    received_at: datetime

    @classmethod
    def of(cls, row: QuarantinedMessage) -> Self:
        """The message as it is shown."""
        return cls.model_validate(row, from_attributes=True)


class SettingView(BaseModel):
    """A setting as it holds. `version` counts changes at this place; `needs`: the scope that changes it."""

    name: str
    type: str
    scope: SettingScope
    help: str
    needs: str
    default: SettingValue
    value: SettingValue
    version: int
    set_at_location: bool
    changed_at: datetime | None
    changed_by: str

    @classmethod
    def of(cls, setting: EffectiveSetting) -> Self:
        """The setting as it is shown."""
        kind = setting.kind
        return cls(
            name=setting.name,
            type=kind.type,
            scope=kind.scope,
            help=kind.help,
            needs=kind.needs,
            default=kind.default,
            value=setting.value,
            version=setting.version,
            set_at_location=setting.set_at_location,
            changed_at=setting.changed_at,
            changed_by=setting.changed_by,
        )


class SettingBody(Body):
    """What it is to be; null takes the value back. `version`: only where it still has this one."""

    value: bool | int | str | None
    location_id: str | None = Field(default=None, min_length=1)
    version: int | None = None


class AlarmRuleView(BaseModel):
    """When an alarm of this kind is raised: at `threshold` and above, in `unit`."""

    kind: AlarmKind
    threshold: int
    unit: str
    severity: Severity
    is_enabled: bool
    help: str

    @classmethod
    def of(cls, kind: AlarmKind, rule: AlarmRule) -> Self:
        """The rule as it is shown."""
        row = RULE_KINDS[kind]
        return cls(
            kind=kind,
            threshold=rule.threshold,
            unit=row.unit,
            severity=rule.severity,
            is_enabled=rule.is_enabled,
            help=row.help,
        )


class AlarmRuleBody(Body):
    """The rule to be."""

    threshold: int = Field(ge=0, le=1_000_000)
    severity: Severity
    is_enabled: bool = True

    def rule(self) -> AlarmRule:
        """It."""
        return AlarmRule(self.threshold, self.severity, self.is_enabled)


class AlarmView(BaseModel):
    """An alarm, from its raising to its end."""

    id: str
    kind: AlarmKind
    about: str
    severity: Severity
    state: AlarmState
    detail: str
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    cleared_at: datetime | None

    @classmethod
    def of(cls, row: AlarmRow) -> Self:
        """The alarm as it is shown."""
        return cls.model_validate(row, from_attributes=True)


def _columns_of(json: msgspec.Raw) -> dict[str, Any] | None:
    columns: dict[str, Any] | None = msgspec.json.decode(json)
    return None if columns is None else {name: _readable(value) for name, value in columns.items()}


def _readable(value: Any) -> Any:
    """Bytes, which PostgreSQL writes in hex, as the JSON that they are, where they are."""
    if not (isinstance(value, str) and value.startswith("\\x")):
        return value
    try:
        return msgspec.json.decode(bytes.fromhex(value[2:]))
    except (ValueError, msgspec.DecodeError):
        return value
