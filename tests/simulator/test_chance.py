"""Chance: repeatable, within its bounds, and even."""

from collections import Counter

import pytest
from hypothesis import given, strategies as st

from simulator.chance import Chance


def test_words_are_those_of_splitmix64() -> None:
    chance = Chance("any")
    chance._state = 1234567

    assert [chance.next_word() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_same_seed_draws_the_same_and_another_draws_otherwise() -> None:
    one, same, other = Chance("7|CP001|station"), Chance("7|CP001|station"), Chance("7|CP002|station")

    drawn = [one.bits(64) for _ in range(20)]

    assert drawn == [same.bits(64) for _ in range(20)]
    assert not set(drawn) & {other.bits(64) for _ in range(20)}


@given(seed=st.text(), count=st.integers(0, 3), low=st.integers(-(2**40), 2**40), span=st.integers(0, 2**21 - 1))
def test_up_to_three_are_drawn_of_one_word(seed: str, count: int, low: int, span: int) -> None:
    chance, other = Chance(seed), Chance(seed)

    drawn = chance.up_to_three(count, low, low + span)
    other.next_word()

    assert len(drawn) == count
    assert all(low <= number <= low + span for number in drawn)
    assert chance.next_word() == other.next_word()


def test_three_of_one_word_are_even_and_independent() -> None:
    chance = Chance("even")

    rows = [chance.up_to_three(3, 0, 1) for _ in range(8000)]

    assert all(900 < count < 1100 for count in Counter(tuple(row) for row in rows).values())
    assert len({tuple(row) for row in rows}) == 8


@given(seed=st.text(), low=st.integers(-(2**40), 2**40), span=st.integers(0, 2**40))
def test_draws_stay_within_their_bounds(seed: str, low: int, span: int) -> None:
    chance = Chance(seed)

    assert low <= chance.whole(low, low + span) <= low + span
    assert low <= chance.between(low, low + span) <= low + span
    assert 0 <= chance.fraction() < 1
    assert 0 <= chance.bits(128) < 2**128
    assert chance.wait(5.0) >= 0
    assert (chance.happens(0.0), chance.happens(1.0)) == (False, True)


def test_draws_are_even() -> None:
    chance = Chance("even")

    counts = Counter(chance.whole(0, 9) for _ in range(20_000))
    weighed = Counter(chance.one_by_weight("abc", (1, 3, 0)) for _ in range(20_000))
    waits = [chance.wait(2.0) for _ in range(20_000)]

    assert all(1_800 < counts[number] < 2_200 for number in range(10))
    assert 4_700 < weighed["a"] < 5_300
    assert weighed["c"] == 0
    assert 1.95 < sum(waits) / len(waits) < 2.05


@pytest.mark.parametrize("items", ["", "ab"])
def test_what_cannot_be_drawn_from_is_refused(items: str) -> None:
    with pytest.raises(ValueError, match="weighed"):
        Chance("x").one_by_weight(items, (0,) * len(items))
