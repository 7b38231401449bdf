"""What people are told of: each kind with whom it is for, and by which ways unless they choose otherwise.

Invariants:
1. A kind that carries a code goes to its person's address and nowhere else: no inbox, no webhook, no choice.
2. What is urgent is not held for quiet hours, and has its own share of the mails that a person gets in an hour.
3. What is told later than `shelf_life` after it was due is worth nothing any more, and is not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What it is about; the name of its template."""

    SESSION_STARTED = "session_started"
    SESSION_COMPLETED = "session_completed"
    RECEIPT = "receipt"
    PAYMENT_FAILED = "payment_failed"
    IDLE_WARNING = "idle_warning"
    RESERVATION_CREATED = "reservation_created"
    RESERVATION_SOON = "reservation_soon"
    RESERVATION_ENDANGERED = "reservation_endangered"
    RESERVATION_CANCELLED = "reservation_cancelled"
    RESERVATION_EXPIRED = "reservation_expired"
    FAULT = "fault"
    MAINTENANCE = "maintenance"
    STATION_OFFLINE = "station_offline"
    REPORT = "report"
    ALARM = "alarm"
    EMAIL_VERIFICATION = "email_verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind, no password
    INVITATION = "invitation"
    TEST = "test"


class Channel(StrEnum):
    """A way; a webhook is a tenant's, the others are a person's."""

    EMAIL = "email"
    PUSH = "push"
    IN_APP = "in_app"
    WEBHOOK = "webhook"


class Audience(StrEnum):
    """Whom a kind is for. MACHINES: only who asked for it by a webhook."""

    DRIVER = "driver"
    STAFF = "staff"
    PERSON = "person"
    MACHINES = "machines"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What holds for a kind. `has_code`: the person waits for it, and it is theirs alone."""

    audience: Audience
    ways: frozenset[Channel]
    shelf_life: timedelta = timedelta(days=1)
    is_urgent: bool = False
    has_code: bool = False


_EMAIL, _PUSH, _IN_APP = Channel.EMAIL, Channel.PUSH, Channel.IN_APP
_HOUR = timedelta(hours=1)


def _driver(*ways: Channel, shelf_life: timedelta = timedelta(days=1), is_urgent: bool = False) -> KindRule:
    return KindRule(Audience.DRIVER, frozenset(ways), shelf_life, is_urgent)


def _staff(*ways: Channel) -> KindRule:
    return KindRule(Audience.STAFF, frozenset(ways))


_CODE = KindRule(Audience.PERSON, frozenset({_EMAIL}), _HOUR, is_urgent=True, has_code=True)

RULES: Mapping[Kind, KindRule] = {
    Kind.SESSION_STARTED: _driver(_IN_APP, _PUSH, shelf_life=12 * _HOUR),
    Kind.SESSION_COMPLETED: _driver(_IN_APP, _PUSH),
    Kind.RECEIPT: _driver(_IN_APP, _EMAIL, shelf_life=timedelta(days=7)),
    Kind.PAYMENT_FAILED: _driver(_IN_APP, _EMAIL, _PUSH, shelf_life=timedelta(days=7)),
    Kind.IDLE_WARNING: _driver(_IN_APP, _EMAIL, _PUSH, shelf_life=_HOUR, is_urgent=True),
    Kind.RESERVATION_CREATED: _driver(_IN_APP, _EMAIL),
    Kind.RESERVATION_SOON: _driver(_IN_APP, _PUSH, shelf_life=_HOUR, is_urgent=True),
    Kind.RESERVATION_ENDANGERED: _driver(_IN_APP, _EMAIL, _PUSH, shelf_life=_HOUR, is_urgent=True),
    Kind.RESERVATION_CANCELLED: _driver(_IN_APP, _EMAIL, _PUSH, is_urgent=True),
    Kind.RESERVATION_EXPIRED: _driver(_IN_APP, _EMAIL),
    Kind.FAULT: _staff(_IN_APP, _EMAIL),
    Kind.MAINTENANCE: _staff(_IN_APP),
    Kind.STATION_OFFLINE: _staff(_IN_APP, _EMAIL),
    Kind.REPORT: KindRule(Audience.PERSON, frozenset({_EMAIL}), timedelta(days=7)),
    Kind.ALARM: _staff(_IN_APP, _EMAIL),
    Kind.EMAIL_VERIFICATION: _CODE,
    Kind.PASSWORD_RESET: _CODE,
    Kind.INVITATION: KindRule(Audience.PERSON, frozenset({_EMAIL}), timedelta(days=7), is_urgent=True, has_code=True),
    Kind.TEST: KindRule(Audience.MACHINES, frozenset()),
}

CHOOSABLE: Mapping[Audience, tuple[Kind, ...]] = {
    audience: tuple(kind for kind, rule in RULES.items() if rule.audience is audience)
    for audience in (Audience.DRIVER, Audience.STAFF)
}
"""What a driver, or one of the staff, may have by other ways or not at all."""

SUBSCRIBABLE = tuple(kind for kind, rule in RULES.items() if rule.audience in CHOOSABLE)
"""What a webhook may be told of."""

PERSONAL = (Channel.IN_APP, Channel.EMAIL, Channel.PUSH)
"""The ways to a person, in the order in which they are shown."""


def ways_to(kind: Kind, choices: Mapping[str, list[str]]) -> frozenset[Channel]:
    """By which ways a person is told: as they chose, else as the kind says; of a code always the latter."""
    rule = RULES[kind]
    if rule.has_code or kind not in choices:
        return rule.ways
    return frozenset(Channel(way) for way in choices[kind])
