"""When a delivery is tried, held and given up, and what each kind says about it."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from backoffice.notifications.domain import (
    DELIVERY,
    PAUSES_S,
    RETRYABLE,
    WAITING,
    DeliveryState,
    DeliveryTrigger,
    next_attempt,
    quiet_until,
)
from backoffice.notifications.kinds import CHOOSABLE, RULES, SUBSCRIBABLE, Audience, Channel, Kind, ways_to
from protocol.errors import IllegalTransition

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]).map(
    ZoneInfo
)
INSTANTS = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(now=INSTANTS, begin=MINUTES, end=MINUTES, zone=ZONES)
def test_quiet_hours_end_within_a_day_at_their_end_and_hold_nothing_twice(
    now: datetime, begin: time, end: time, zone: ZoneInfo
) -> None:
    until = quiet_until(now, begin=begin, end=end, zone=zone)

    local = now.astimezone(zone).time()
    lasts = begin <= local < end if begin < end else (local >= begin or local < end) and begin != end
    assert (until is not None) == lasts
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        shown = until.astimezone(zone).time()
        # A wall clock that jumps over the end shows a later time at it.
        assert shown == end or zone.key != "UTC"
        assert quiet_until(until, begin=begin, end=end, zone=zone) is None


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-10T21:59:00+01:00", None),
        ("2026-01-10T22:00:00+01:00", "2026-01-11T07:00:00+01:00"),
        ("2026-01-11T06:59:59+01:00", "2026-01-11T07:00:00+01:00"),
        ("2026-01-11T07:00:00+01:00", None),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_quiet_hours_over_midnight_are_the_wall_clocks(at: str, until: str | None) -> None:
    found = quiet_until(datetime.fromisoformat(at), begin=time(22), end=time(7), zone=BERLIN)

    assert found == (None if until is None else datetime.fromisoformat(until))


def test_end_that_the_clock_shows_twice_is_the_one_to_come() -> None:
    second_time = datetime.fromisoformat("2026-10-25T02:15:00+01:00")

    until = quiet_until(second_time, begin=time(1), end=time(2, 30), zone=BERLIN)

    assert until == datetime.fromisoformat("2026-10-25T02:30:00+01:00")


@pytest.mark.parametrize("hours", [(None, None), (time(3), time(3))])
def test_whoever_has_no_quiet_hours_is_held_for_nothing(hours: tuple[time | None, time | None]) -> None:
    assert quiet_until(NOW, begin=hours[0], end=hours[1], zone=BERLIN) is None


@pytest.mark.parametrize("channel", Channel)
@given(seed=st.integers(0, 99))
def test_pauses_grow_with_jitter_until_it_is_given_up(channel: Channel, seed: int) -> None:
    rng, last = random.Random(seed), len(PAUSES_S[channel])

    tries = [next_attempt(channel, attempts=n, now=NOW, rng=rng) for n in range(1, last + 2)]

    pauses = [(at - NOW).total_seconds() for at in tries if at is not None]
    assert len(pauses) == last
    assert pauses == sorted(pauses)
    assert all(abs(pause / plan - 1) <= 0.2 for pause, plan in zip(pauses, PAUSES_S[channel], strict=True))
    assert tries[-1] is None


def test_machine_that_is_away_is_waited_for_over_half_a_day() -> None:
    assert sum(PAUSES_S[Channel.WEBHOOK]) > 12 * 3_600


@pytest.mark.parametrize("trigger", DeliveryTrigger)
def test_what_was_sent_is_never_sent_again(trigger: DeliveryTrigger) -> None:
    with pytest.raises(IllegalTransition):
        DELIVERY.advance(DeliveryState.SENT, trigger)


def test_lost_attempt_is_taken_up_again_and_only_what_has_ended_is_retried_by_hand() -> None:
    assert DeliveryState.SENDING in WAITING
    assert set(RETRYABLE) == {
        DeliveryState.DUE,
        DeliveryState.FAILED,
        DeliveryState.GIVEN_UP,
        DeliveryState.SUPPRESSED,
    }


def test_every_kind_has_a_rule_and_codes_are_for_their_person_alone() -> None:
    assert set(RULES) == set(Kind)
    with_code = {kind for kind, rule in RULES.items() if rule.has_code}
    assert with_code == {Kind.EMAIL_VERIFICATION, Kind.PASSWORD_RESET, Kind.INVITATION}
    choosable = {*CHOOSABLE[Audience.DRIVER], *CHOOSABLE[Audience.STAFF]}
    assert not with_code & (choosable | set(SUBSCRIBABLE))


def test_choice_holds_for_its_kind_and_a_code_knows_none() -> None:
    choices: dict[str, list[str]] = {"receipt": [], "fault": ["push"], "password_reset": []}

    assert ways_to(Kind.RECEIPT, choices) == frozenset()
    assert ways_to(Kind.FAULT, choices) == {Channel.PUSH}
    assert ways_to(Kind.PASSWORD_RESET, choices) == {Channel.EMAIL}
    assert ways_to(Kind.IDLE_WARNING, choices) == RULES[Kind.IDLE_WARNING].ways
