"""A station without power, and what it says when it is back (OCPP 2.0.1 B01; OCPP 1.6 §4.2)."""

from protocol.blocks.provisioning.messages import BootReason
from simulator.behaviours import transactions
from simulator.state import Alarm, PowerLoss, StationState

_OUTLIVES_DARKNESS = frozenset((Alarm.RESERVATION, Alarm.LIMIT, Alarm.CHAIN_STATUS))


def cut_power(state: StationState, now: float, *, why: PowerLoss) -> None:
    """The station is dark. Its transactions have ended, which it keeps for later; who waited for a cable is forgotten.

    To be called without a socket: what is said from here on is said offline.
    """
    for evse in state.evses:
        transactions.end(state, evse, now, reason="PowerLoss", trigger="AbnormalCondition")
        evse.grant = evse.reported = None
    if state.main_meter is not None:
        state.main_meter.switch(round(now * 1000), is_live=False)
    state.is_rebooting = True
    state.power_losses |= {why}
    state.pending_reset = None
    state.registration = None
    state.reported_itself = None
    state.boot_reason = BootReason.POWER_UP
    state.alarms = {key: at for key, at in state.alarms.items() if key[0] in _OUTLIVES_DARKNESS}


def restore_power(state: StationState, now: float, *, why: PowerLoss) -> None:
    """This reason is gone; without any other the station is back: it connects, and boots."""
    state.power_losses -= {why}
    if state.power_losses:
        return
    state.is_rebooting = False
    if state.main_meter is not None:
        state.main_meter.switch(round(now * 1000), is_live=True)
