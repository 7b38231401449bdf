"""Wake-ups: each sleeper once, at the time that it asked for last, in order."""

from hypothesis import given, strategies as st

from simulator.wake_ups import Sleeper, WakeUps


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
