"""Charging profiles stacked: the rules one by one, and every instant against a reference that only counts seconds."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
    find_flaw,
)
from protocol.domain.charging_profile_stack import (
    InstalledProfile,
    Limit,
    Place,
    RunningTransaction,
    Supply,
    composite_schedule,
    limit_at,
    next_change,
)
from protocol.domain.charging_timeline import Least, Timeline
from protocol.domain.identifiers import TransactionId

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY_S = 86_400
SUPPLY = Supply(max_power_w=Decimal(11_040))
GENERATION, EXTERNAL = ProfilePurpose.LOCAL_GENERATION, ProfilePurpose.EXTERNAL
TX, DEFAULT, MAX = ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT, ProfilePurpose.STATION_MAX
AMPERES, WATTS = RateUnit.AMPERES, RateUnit.WATTS
PLACE = Place(1, SUPPLY, RunningTransaction(NOW, TransactionId("7")))


def profile(
    *limits: tuple[int, str],
    purpose: ProfilePurpose = DEFAULT,
    kind: ProfileKind = ProfileKind.ABSOLUTE,
    stack_level: int = 0,
    unit: RateUnit = AMPERES,
    phases: int | None = None,
    duration_s: int | None = None,
    starts_at: datetime | None = NOW,
    **fields: object,
) -> ChargingProfile:
    periods = tuple(ChargingPeriod(start_s, Decimal(limit), phases) for start_s, limit in limits)
    schedule = ChargingSchedule(unit, periods, duration_s, starts_at)
    return ChargingProfile(1, stack_level, purpose, kind, schedule, **fields)  # type: ignore[arg-type]


def limits(
    *installed: InstalledProfile, place: Place = PLACE, unit: RateUnit = AMPERES, duration_s: int = 1000
) -> list[tuple[int, str]]:
    schedule = composite_schedule(installed, NOW, duration_s=duration_s, place=place, unit=unit)
    return [(period.start_s, format(period.limit.normalize(), "f")) for period in schedule.periods]


def on_evse(one: ChargingProfile) -> InstalledProfile:
    return InstalledProfile(one, 1)


def on_station(one: ChargingProfile) -> InstalledProfile:
    return InstalledProfile(one, None)


def test_without_a_profile_the_supply_limits() -> None:
    assert limits() == [(0, "16")]
    assert limits(unit=WATTS) == [(0, "11040")]


def test_higher_stack_level_leads_while_it_says_something() -> None:
    low = profile((0, "10"))
    high = profile((0, "6"), (100, "8"), duration_s=200, stack_level=1)

    assert limits(on_evse(low), on_evse(high)) == [(0, "6"), (100, "8"), (200, "10")]


def test_evse_leads_over_the_station_at_the_same_level_and_the_younger_over_the_older() -> None:
    assert limits(on_evse(profile((0, "10"))), on_station(profile((0, "6")))) == [(0, "10")]
    assert limits(on_station(profile((0, "10"))), on_station(profile((0, "6")))) == [(0, "6")]
    assert limits(on_evse(profile((0, "10"))), on_station(profile((0, "6"), stack_level=1))) == [(0, "6")]


def test_transaction_leads_over_the_default_whatever_their_levels() -> None:
    default = profile((0, "6"), stack_level=9)
    own = profile((0, "12"), purpose=TX, duration_s=60)

    assert limits(on_evse(default), on_evse(own)) == [(0, "12"), (60, "6")]


@pytest.mark.parametrize(
    ("transaction", "expected"),
    [(None, "16"), (RunningTransaction(NOW), "16"), (RunningTransaction(NOW, TransactionId("8")), "16")],
)
def test_profile_of_another_transaction_says_nothing(transaction: RunningTransaction | None, expected: str) -> None:
    own = on_evse(profile((0, "12"), purpose=TX, transaction_id=TransactionId("7")))

    assert limits(own, place=Place(1, SUPPLY, transaction)) == [(0, expected)]
    assert limits(own) == [(0, "12")]


def test_profile_of_another_evse_says_nothing() -> None:
    assert limits(InstalledProfile(profile((0, "6")), 2)) == [(0, "16")]


def test_station_limit_caps_what_leads_and_is_shared() -> None:
    station = on_station(profile((0, "20"), (50, "9"), purpose=MAX))
    own = on_evse(profile((0, "12"), purpose=TX))

    assert limits(station, own) == [(0, "12"), (50, "9")]
    assert limits(station, own, place=Place(1, SUPPLY, PLACE.transaction, sharing=2)) == [(0, "10"), (50, "4.5")]
    assert limits(station, own, place=Place(None, SUPPLY)) == [(0, "16"), (50, "9")]


def test_relative_schedule_begins_with_the_transaction() -> None:
    relative = on_evse(profile((0, "12"), (300, "6"), kind=ProfileKind.RELATIVE))
    place = Place(1, SUPPLY, RunningTransaction(NOW - timedelta(seconds=200)))

    assert limits(relative, place=place) == [(0, "12"), (100, "6")]
    assert limits(relative, place=Place(1, SUPPLY)) == [(0, "12"), (300, "6")]


@pytest.mark.parametrize(("recurrency", "days"), [(Recurrency.DAILY, 1), (Recurrency.WEEKLY, 7)])
def test_recurring_schedule_begins_again_and_not_before_its_start(recurrency: Recurrency, days: int) -> None:
    anchor = NOW - timedelta(days=3 * days, seconds=-100)
    night = profile(
        (0, "6"), (60, "8"), duration_s=120, starts_at=anchor, kind=ProfileKind.RECURRING, recurrency=recurrency
    )
    later = msgspec.structs.replace(
        night, schedule=msgspec.structs.replace(night.schedule, starts_at=NOW + timedelta(days=9))
    )

    cycle_s = days * DAY_S
    assert limits(on_evse(night), duration_s=cycle_s + 300) == [
        (0, "16"),
        (100, "6"),
        (160, "8"),
        (220, "16"),
        (100 + cycle_s, "6"),
        (160 + cycle_s, "8"),
        (220 + cycle_s, "16"),
    ]
    assert limits(on_evse(later)) == [(0, "16")]


def test_validity_bounds_a_profile() -> None:
    bounded = profile(
        (0, "6"), valid_from=NOW + timedelta(seconds=10), valid_to=NOW + timedelta(seconds=30, milliseconds=500)
    )

    assert limits(on_evse(bounded)) == [(0, "16"), (10, "6"), (31, "16")]


def test_units_are_converted_by_voltage_and_the_phases_that_remain() -> None:
    one_phase = on_evse(profile((0, "16"), phases=1))
    station = on_station(profile((0, "10"), purpose=MAX))
    in_watts = on_evse(profile((0, "1000"), unit=WATTS, phases=1))

    assert limits(one_phase, unit=WATTS) == [(0, "3680")]
    assert limits(one_phase, station, unit=WATTS) == [(0, "2300")]
    assert limits(in_watts) == [(0, "4.3")]  # 1000 / 230 = 4.347…, rounded down
    assert limit_at((in_watts,), NOW, place=PLACE, unit=AMPERES).phases == 1


def test_composite_schedule_lasts_a_second_at_least() -> None:
    with pytest.raises(ValueError, match="at least one second"):
        composite_schedule((), NOW, duration_s=0, place=PLACE, unit=WATTS)


def test_change_outside_of_the_calendar_never_comes() -> None:
    endless = on_evse(profile((0, "6"), (2**53, "8")))

    assert next_change((endless,), NOW, place=PLACE) is None


SECONDS = st.integers(0, 400)
SETPOINTS = st.integers(-400, 400).map(lambda tenths: Decimal(tenths) / 10)


@st.composite
def installed_profiles(draw: st.DrawFn) -> InstalledProfile:
    purpose = draw(st.sampled_from(ProfilePurpose))
    kind = draw(st.sampled_from(ProfileKind))
    starts_s = sorted(draw(st.sets(SECONDS, min_size=1, max_size=3)))
    periods = tuple(
        ChargingPeriod(
            start_s,
            Decimal(draw(st.integers(0, 400))) / 10,
            draw(st.sampled_from([None, 1, 2, 3])),
            setpoint=draw(st.none() | SETPOINTS),
        )
        for start_s in starts_s
    )
    anchor = draw(st.none() | st.integers(-2 * DAY_S - 300, 300))
    valid = [draw(st.none() | SECONDS) for _ in range(2)]
    one = ChargingProfile(
        profile_id=1,
        stack_level=draw(st.integers(0, 2)),
        purpose=purpose,
        kind=kind,
        schedule=ChargingSchedule(
            unit=draw(st.sampled_from(RateUnit)),
            periods=periods,
            duration_s=draw(st.none() | st.integers(1, 500)),
            starts_at=None if anchor is None else NOW + timedelta(seconds=anchor),
        ),
        recurrency=draw(st.sampled_from(Recurrency)) if kind is ProfileKind.RECURRING else None,
        valid_from=None if valid[0] is None else NOW + timedelta(seconds=valid[0]),
        valid_to=None if valid[1] is None else NOW + timedelta(seconds=valid[1]),
        transaction_id=draw(st.sampled_from([None, TransactionId("7"), TransactionId("8")])),
    )
    return InstalledProfile(one, None if purpose is MAX else draw(st.sampled_from([None, 1, 2])))


def reference(
    installed: list[InstalledProfile], second: int, begin: int, unit: RateUnit, sharing: int
) -> tuple[Limit, Decimal | None]:
    """The limit and the setpoint, the slow way: whole seconds since NOW, occurrences walked one by one."""

    def seconds(at: datetime) -> int:
        return round((at - NOW).total_seconds())

    def says(one: ChargingProfile) -> ChargingPeriod | None:
        schedule = one.schedule
        if one.valid_from and second < seconds(one.valid_from):
            return None
        if one.valid_to and second >= seconds(one.valid_to):
            return None
        start = begin
        if one.kind is not ProfileKind.RELATIVE and schedule.starts_at:
            start = seconds(schedule.starts_at)
        while one.recurrency and start + (DAY_S if one.recurrency is Recurrency.DAILY else 7 * DAY_S) <= second:
            start += DAY_S if one.recurrency is Recurrency.DAILY else 7 * DAY_S
        if schedule.duration_s is not None and second >= start + schedule.duration_s:
            return None
        found = None
        for period in schedule.periods:
            if start + period.start_s <= second:
                found = period
        return found

    def lead(purpose: ProfilePurpose) -> tuple[RateUnit, ChargingPeriod] | None:
        candidates = []
        for one, evse in installed:
            is_ours = {
                MAX: evse is None,
                GENERATION: evse is None,
                DEFAULT: evse in (None, 1),
                TX: evse == 1 and one.transaction_id in (None, "7"),
            }.get(one.purpose, False)
            period = says(one)
            if one.purpose is purpose and is_ours and period is not None:
                candidates.append(((one.stack_level, evse == 1), (one.schedule.unit, period)))
        best = None
        for rank, candidate in candidates:
            if best is None or rank >= best[0]:
                best = rank, candidate
        return None if best is None else best[1]

    leading = lead(TX) or lead(DEFAULT)
    parts = [(leading, False), (lead(MAX), True)]
    for one, evse in installed:
        period = says(one) if one.purpose is EXTERNAL and evse in (None, 1) else None
        if period is not None:
            parts.append(((one.schedule.unit, period), evse is None))
    phases = min([3, *(part[1].phases for part, _ in parts if part and part[1].phases)])
    watts_per_ampere = 230 * phases

    def convert(amount: Decimal, spoken: RateUnit) -> Decimal:
        if spoken is unit:
            return amount
        return amount * watts_per_ampere if unit is WATTS else amount / watts_per_ampere

    generated = lead(GENERATION)
    values = [Decimal(16) * (watts_per_ampere if unit is WATTS else 1)]
    for part, is_of_station in parts:
        if part is None:
            continue
        value = convert(part[1].limit, part[0])
        if is_of_station:
            value = value / sharing + (convert(generated[1].limit, generated[0]) / sharing if generated else 0)
        values.append(value)
    limit = Limit(min(values).quantize(Decimal("0.1"), ROUND_FLOOR), phases)
    if leading is None or leading[1].setpoint is None:
        return limit, None
    wanted = convert(leading[1].setpoint, leading[0]).quantize(Decimal("0.1"), ROUND_DOWN)
    return limit, min(wanted, limit.value)


@given(
    installed=st.lists(installed_profiles(), max_size=5),
    unit=st.sampled_from(RateUnit),
    began_s=st.integers(-200, 0),
    sharing=st.integers(1, 3),
)
def test_every_second_is_as_the_reference_says(
    installed: list[InstalledProfile], unit: RateUnit, began_s: int, sharing: int
) -> None:
    running = RunningTransaction(NOW + timedelta(seconds=began_s), TransactionId("7"))
    place = Place(1, SUPPLY, running, sharing)

    schedule = composite_schedule(installed, NOW, duration_s=600, place=place, unit=unit)

    changes = {second + offset for second in range(0, 600, 7) for offset in (0, 1)}
    changes |= {period.start_s + offset for period in schedule.periods for offset in (-1, 0, 1)}
    for second in sorted(second for second in changes if 0 <= second < 600):
        said = [period for period in schedule.periods if period.start_s <= second][-1]
        expected, setpoint = reference(installed, second, began_s, unit, sharing)
        assert (said.limit, said.phases) == expected
        assert said.setpoint == setpoint
        assert limit_at(installed, NOW + timedelta(seconds=second), place=place, unit=unit) == expected
    pairs = [(period.limit, period.phases, period.setpoint) for period in schedule.periods]
    assert all(before != after for before, after in pairwise(pairs))


@pytest.mark.parametrize(
    ("flawed", "flaw"),
    [
        (profile(), "begin"),
        (profile((5, "6")), "begin"),
        (profile((0, "6"), (0, "7")), "order"),
        (profile((0, "-1")), "below 0"),
        (profile((0, "6"), stack_level=-1), "stack level"),
        (profile((0, "6"), phases=4), "phases"),
        (profile((0, "6"), duration_s=0), "duration"),
        (profile((0, "6"), kind=ProfileKind.RECURRING), "when"),
        (profile((0, "6"), kind=ProfileKind.RELATIVE, purpose=MAX), "relative"),
        (replace(profile((0, "6")), purpose=DEFAULT, alternatives=(profile((0, "6")).schedule,)), "several"),
        (replace(profile((0, "6")), purpose=TX, alternatives=(profile((5, "6")).schedule,)), "begin"),
    ],
)
def test_flaw_of_a_profile_is_named(flawed: ChargingProfile, flaw: str) -> None:
    assert flaw in (find_flaw(flawed) or "")


def external(*periods: tuple[int, str | None], evse: int | None, stack_level: int = 0) -> InstalledProfile:
    one = profile((0, "0"), purpose=ProfilePurpose.EXTERNAL, stack_level=stack_level)
    limits = tuple(ChargingPeriod(start_s, None if limit is None else Decimal(limit)) for start_s, limit in periods)
    return InstalledProfile(replace(one, schedule=replace(one.schedule, periods=limits)), evse)


def test_each_external_constraint_caps_whatever_its_level() -> None:
    installed = [
        external((0, "12"), evse=None, stack_level=0),
        external((0, "14"), evse=1, stack_level=5),
        external((0, "1"), evse=2),
    ]

    shared = limit_at(installed, NOW, place=Place(1, SUPPLY, sharing=2), unit=RateUnit.AMPERES)
    whole = limit_at(installed, NOW, place=Place(None, SUPPLY, sharing=2), unit=RateUnit.AMPERES)

    assert (shared.value, whole.value) == (Decimal(6), Decimal(12))


def test_local_generation_comes_on_top_of_what_limits_the_station_alone() -> None:
    sun = on_station(profile((0, "4"), purpose=GENERATION))
    grid, own = external((0, "6"), evse=None), on_evse(profile((0, "9"), purpose=TX))

    assert limits(grid, sun) == [(0, "10")]
    assert limits(on_station(profile((0, "5"), purpose=MAX)), grid, sun) == [(0, "9")]
    assert limits(grid, sun, own) == [(0, "9")]
    assert limits(external((0, "6"), evse=1), sun) == [(0, "6")]
    assert limits(sun) == [(0, "16")]
    assert limits(grid, sun, place=Place(1, SUPPLY, sharing=2)) == [(0, "5")]
    assert limits(grid, sun, place=Place(None, SUPPLY, sharing=2)) == [(0, "10")]


def test_schedule_says_what_is_to_be_met_within_its_limits() -> None:
    def on(limit: str | None, **said: object) -> list[ChargingPeriod]:
        period = ChargingPeriod(0, None if limit is None else Decimal(limit), **said)  # type: ignore[arg-type]
        one = profile((0, "0"), purpose=TX)
        installed = [on_evse(replace(one, schedule=replace(one.schedule, periods=(period,))))]
        return list(composite_schedule(installed, NOW, duration_s=60, place=PLACE, unit=WATTS).periods)

    (met,) = on("10", setpoint=Decimal(8), mode="CentralSetpoint")
    (capped,) = on("10", setpoint=Decimal(12))
    (free,) = on(None, setpoint=Decimal(-8), discharge_limit=Decimal(-6))

    assert (met.limit, met.setpoint, met.mode) == (Decimal(6900), Decimal(5520), "CentralSetpoint")
    assert (capped.limit, capped.setpoint) == (Decimal(6900), Decimal(6900))
    assert (free.limit, free.setpoint, free.discharge_limit) == (Decimal(11_040), Decimal(-4140), Decimal(-4140))


def test_period_without_a_limit_leaves_it_to_the_others() -> None:
    installed = [external((0, None), evse=1), InstalledProfile(profile((0, "8"), purpose=DEFAULT), 1)]

    assert limit_at(installed, NOW, place=Place(1, SUPPLY), unit=RateUnit.AMPERES).value == Decimal(8)


def test_sound_profile_has_no_flaw() -> None:
    assert find_flaw(profile((0, "6"), (60, "7"), phases=3, duration_s=120)) is None


@pytest.mark.parametrize("phases", [0, -1])
def test_phases_below_1_say_nothing(phases: int) -> None:
    one = replace(profile((0, "8"), phases=phases), purpose=ProfilePurpose.EXTERNAL)

    assert limit_at([on_evse(one)], NOW, place=PLACE, unit=AMPERES) == Limit(Decimal(8), 3)
    assert limits(on_evse(profile((0, "2300"), phases=phases, unit=WATTS))) == [(0, "3.3")]


def test_of_periods_out_of_order_the_last_that_has_begun_holds() -> None:
    assert limits(on_evse(profile((100, "8"), (0, "6"), (50, "10")))) == [(0, "6"), (50, "10")]


@pytest.mark.parametrize("purpose", [ProfilePurpose.EXTERNAL, DEFAULT])
def test_each_change_is_looked_at_once(purpose: ProfilePurpose, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, profiles, periods, ask = 0, 16, 256, Timeline.period_at

    def count(timeline: Timeline, at_us: int) -> ChargingPeriod | None:
        nonlocal looked
        looked += 1
        return ask(timeline, at_us)

    monkeypatch.setattr(Timeline, "period_at", count)
    installed = [
        on_evse(profile(*((n * 20 + k, str(6 + n % 7)) for n in range(periods)), purpose=purpose, stack_level=k))
        for k in range(profiles)
    ]

    composite_schedule(installed, NOW, duration_s=periods * 20, place=PLACE, unit=AMPERES)

    assert looked <= profiles * (periods + 2)


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 20)), max_size=60))
def test_least_is_the_least_of_what_is_there(changes: list[tuple[int, int | None]]) -> None:
    least, there = Least[int](), dict[int, int]()
    for name, value in changes:
        least.put(name, value)
        there = {**there, name: value} if value is not None else {n: v for n, v in there.items() if n != name}

        assert least.get() == min(((value, name) for name, value in there.items()), default=None)
