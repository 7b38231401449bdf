from hypothesis import given, strategies as st

from simulator.wake_ups import WakeUps


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 50))), max_size=400))
def test_each_sleeper_is_woken_once_at_the_time_that_it_asked_for_last(requests) -> None:
    wake_ups: WakeUps[int] = WakeUps()
    wanted: dict[int, float] = {}
    for sleeper, at in requests:
        wake_ups.schedule(sleeper, at)
        if at is None:
            wanted.pop(sleeper, None)
        else:
            wanted[sleeper] = at

    woken = [(now, sleeper) for now in range(51) for sleeper in wake_ups.take_due(now)]

    assert sorted(woken) == sorted((at, sleeper) for sleeper, at in wanted.items())
    assert [now for now, _ in woken] == sorted(now for now, _ in woken)
    assert wake_ups.next_at is None


def test_equal_times_come_in_the_order_in_which_they_were_asked_for() -> None:
    wake_ups: WakeUps[str] = WakeUps()
    for name in "cab":
        wake_ups.schedule(name, 5.0)

    assert list(wake_ups.take_due(5.0)) == ["c", "a", "b"]
