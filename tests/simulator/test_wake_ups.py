"""Wake-ups: each sleeper once, at the time that it asked for last, in order."""

import math
import time
from itertools import islice

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulator.wake_ups import Sleeper, WakeUps

# In thousandths: within a slot, over some of them, and far away.
STEPS = st.one_of(st.integers(-5, 15), st.integers(0, 60), st.sampled_from((500, 3000)))
ASKED = st.tuples(st.integers(0, 7), st.one_of(st.none(), STEPS, STEPS))


class Named(Sleeper):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 500))), max_size=400))
def test_each_sleeper_is_woken_once_at_the_time_that_it_asked_for_last(requests: list[tuple[int, int | None]]) -> None:
    wake_ups: WakeUps[Named] = WakeUps()
    sleepers = [Named(str(number)) for number in range(10)]
    wanted: dict[str, float] = {}
    for number, in_ms in requests:
        at = None if in_ms is None else in_ms / 1000
        wake_ups.schedule(sleepers[number], at)
        if at is None:
            wanted.pop(str(number), None)
        else:
            wanted[str(number)] = at

    woken = []
    while (now := wake_ups.next_at) is not None:
        woken += [(now, sleeper.name) for sleeper in wake_ups.take_due(now)]

    assert sorted(woken) == sorted((at, name) for name, at in wanted.items())
    assert [now for now, _ in woken] == sorted(now for now, _ in woken)


def test_equal_times_come_in_the_order_in_which_they_were_asked_for() -> None:
    wake_ups: WakeUps[Named] = WakeUps()
    sleepers = [Named(name) for name in "cab"]
    for sleeper in sleepers:
        wake_ups.schedule(sleeper, 5.0)

    assert [sleeper.name for sleeper in wake_ups.take_due(5.0)] == ["c", "a", "b"]


def test_sleeper_that_asks_for_now_while_others_are_woken_is_woken_too() -> None:
    wake_ups: WakeUps[Named] = WakeUps()
    one, other, later = (Named(name) for name in ("one", "other", "later"))
    wake_ups.schedule(one, 1.0)
    wake_ups.schedule(later, 1.005)

    woken = []
    for sleeper in wake_ups.take_due(1.0):
        woken.append(sleeper.name)
        if sleeper is one:
            wake_ups.schedule(other, 0.5)

    assert woken == ["one", "other"]
    assert wake_ups.next_at == 1.005


def test_crowded_moment_is_taken_one_by_one_in_time() -> None:
    wake_ups: WakeUps[Named] = WakeUps()
    for number in range(100_000):
        wake_ups.schedule(Named(str(number)), 1.0)

    began = time.process_time()
    for _ in range(100_000):
        next(wake_ups.take_due(1.0))

    assert time.process_time() - began < 1.5


class AgainstTheirTimes(RuleBasedStateMachine):
    """Whatever is asked for while some are taken: who comes is who is due first, by a table of nothing but times."""

    def __init__(self) -> None:
        super().__init__()
        self.wake_ups: WakeUps[Named] = WakeUps()
        self.sleepers = [Named(str(number)) for number in range(8)]
        self.due: dict[str, float] = {}
        self.now_ms = 0

    def ask(self, number: int, in_ms: int | None) -> None:
        sleeper = self.sleepers[number]
        at = None if in_ms is None else max(0, self.now_ms + in_ms) / 1000
        self.wake_ups.schedule(sleeper, at)
        if at is None:
            self.due.pop(sleeper.name, None)
        else:
            self.due[sleeper.name] = at

    def woken(self, sleeper: Named, *, until: float) -> None:
        assert self.due[sleeper.name] == min(self.due.values()) <= until
        del self.due[sleeper.name]

    @rule(asked=ASKED)
    def somebody_asks(self, asked: tuple[int, int | None]) -> None:
        self.ask(*asked)

    @rule()
    def the_next_is_looked_at(self) -> None:
        assert self.wake_ups.next_at == min(self.due.values(), default=None)

    @rule()
    def the_first_is_taken(self) -> None:
        at = self.wake_ups.next_at
        if at is not None:
            self.woken(next(self.wake_ups.take_due(at)), until=at)
            self.now_ms = max(self.now_ms, round(at * 1000))

    @rule(
        passed_ms=st.one_of(st.integers(0, 4), st.integers(0, 40)),
        asked=st.lists(ASKED, max_size=6),
        most=st.integers(1, 12),
    )
    def time_passes(self, passed_ms: int, asked: list[tuple[int, int | None]], most: int) -> None:
        self.now_ms += passed_ms
        now, count = self.now_ms / 1000, 0
        for sleeper in islice(self.wake_ups.take_due(now), most):
            self.woken(sleeper, until=now)
            count += 1
            if asked:
                self.ask(*asked.pop())
        if count < most:
            assert all(at > now for at in self.due.values())

    @invariant()
    def everybody_is_due_when_they_asked_to_be(self) -> None:
        assert {one.name: one.due_at for one in self.sleepers if one.due_at < math.inf} == self.due


TestAgainstTheirTimes = AgainstTheirTimes.TestCase
TestAgainstTheirTimes.settings = settings(max_examples=300, stateful_step_count=40)
