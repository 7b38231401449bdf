"""Quirks of patience: whether a command of the CSMS, by its action, makes the station leave without an answer."""

from simulator.quirks.memory import Memory

_BORNE = 3
_BURST_S = 1.0


def hangs_up_on_early_commands(_action: str, _now: float, memory: Memory) -> bool:
    """The first boot has not been accepted."""
    return not memory.is_accepted


def hangs_up_on_bursts(_action: str, now: float, memory: Memory) -> bool:
    """It is the fourth command within a second; the count begins anew with it."""
    memory.commanded_at = [at for at in memory.commanded_at if at > now - _BURST_S] + [now]
    if len(memory.commanded_at) <= _BORNE:
        return False
    memory.commanded_at = []
    return True
