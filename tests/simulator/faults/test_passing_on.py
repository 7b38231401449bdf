"""What faults make of a row of frames, without a network."""

from collections import Counter

from simulator.chance import Chance
from simulator.faults.frames import pass_on
from simulator.faults.kinds import Fault, FaultKind, Way


def pass_all(*faults: Fault, text: bytes = b'[3,"1",{}]', way: Way = Way.FROM_CSMS) -> list[float]:
    """When each of a hundred frames arrives that come a tenth of a second apart; those that are lost have no time."""
    rng, not_before, arrived = Chance("1"), 0.0, list[float]()
    for number in range(100):
        times, not_before = pass_on(
            text, faults, way=way, rng=rng, now=number / 10, not_before=not_before, injected=Counter()
        )
        arrived += times
    return arrived


def test_delayed_frames_keep_their_order_although_each_is_late_by_another_time() -> None:
    arrived = pass_all(Fault(FaultKind.DELAY, probability=0.5, span_s=(0.5, 3.0)))

    assert arrived == sorted(arrived)
    assert len(arrived) == 100
    assert max(at - number / 10 for number, at in enumerate(arrived)) > 2


def test_reordered_frames_are_late_and_hold_up_nobody() -> None:
    arrived = pass_all(Fault(FaultKind.REORDER, probability=0.2, span_s=(0.5, 3.0)))

    late = [number for number, at in enumerate(arrived) if at > number / 10]
    assert arrived != sorted(arrived)
    assert 10 < len(late) < 30


def test_only_answers_to_the_station_are_lost_as_answers() -> None:
    fault = Fault(FaultKind.LOST_ANSWER)

    assert pass_all(fault) == []
    assert len(pass_all(fault, text=b'[2,"1","Reset",{}]')) == 100
    assert len(pass_all(fault, way=Way.TO_CSMS)) == 100


def test_fault_of_one_way_leaves_the_other_alone() -> None:
    fault = Fault(FaultKind.DROP, way=Way.TO_CSMS)

    assert pass_all(fault, way=Way.TO_CSMS) == []
    assert len(pass_all(fault)) == 100


def test_probability_is_how_often() -> None:
    arrived = pass_all(Fault(FaultKind.DROP, probability=0.3), Fault(FaultKind.DUPLICATE, probability=0.5))

    assert 60 < len(set(arrived)) < 80
    assert 1.3 < len(arrived) / len(set(arrived)) < 1.7
