"""A station in one word."""

from enum import StrEnum

from simulator.running import RunningStation


class StationCondition(StrEnum):
    """What a station is to whoever looks at it."""

    OFF = "off"
    OFFLINE = "offline"
    BOOTING = "booting"
    IDLE = "idle"
    CHARGING = "charging"


def condition_of(running: RunningStation) -> StationCondition:
    """The station in one word."""
    state = running.state
    if state.is_rebooting:
        return StationCondition.OFF
    if not state.is_online:
        return StationCondition.OFFLINE
    if not state.is_accepted:
        return StationCondition.BOOTING
    return StationCondition.CHARGING if state.is_charging else StationCondition.IDLE
