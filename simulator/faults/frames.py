"""What faults make of one frame: nothing, the frame, or several, each at its time. No I/O."""

from collections import Counter
from collections.abc import Sequence

from simulator.chance import Chance
from simulator.faults.kinds import Fault, FaultKind, Way

_ANSWERS = (b"[3", b"[4")


def pass_on(
    text: bytes,
    faults: Sequence[Fault],
    *,
    way: Way,
    rng: Chance,
    now: float,
    not_before: float,
    injected: Counter[str],
) -> tuple[Sequence[float], float]:
    """When the frame arrives, once for each copy, and before when none behind it may.

    `not_before` is that bound from the frames ahead of it. `injected` counts the faults that struck.
    """
    times, is_overtaken = [now], False
    for fault in faults:
        if fault.way not in (way, Way.BOTH) or not _is_meant(fault, text, way) or not rng.happens(fault.probability):
            continue
        injected[fault.kind] += 1
        match fault.kind:
            case FaultKind.DROP | FaultKind.LOST_ANSWER:
                return (), not_before
            case FaultKind.DUPLICATE:
                times += times
            case FaultKind.DELAY | FaultKind.REORDER:
                late_s = rng.between(*fault.span_s)
                times = [at + late_s for at in times]
                is_overtaken = is_overtaken or fault.kind is FaultKind.REORDER
            case _:
                raise AssertionError(f"{fault.kind} is no fault of frames")
    times = [max(at, not_before) for at in times]
    return times, not_before if is_overtaken else times[-1]


def _is_meant(fault: Fault, text: bytes, way: Way) -> bool:
    if fault.kind is not FaultKind.LOST_ANSWER:
        return True
    return way is Way.FROM_CSMS and text.startswith(_ANSWERS)
