"""An EVSE kept for somebody (OCPP 1.6 §3.12, §5.1, §5.13; OCPP 2.0.1 H).

Only the token, or one of its group, starts there; then the reservation is used up. Nobody waits beyond its expiry.
"""

from datetime import timedelta

from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.domain.commands import CommandReply
from simulator.behaviours.availability import report_changes
from simulator.evse import Evse
from simulator.state import Alarm, StationState
from simulator.stores import Reservation


def on_reserve(state: StationState, message: ReserveNow, now: float) -> CommandReply:
    """The EVSE is kept; a reservation with the same id is replaced. The station chooses no EVSE itself."""
    evse = None if message.evse is None else state.evse(message.evse)
    seconds_left = (message.expires_at - state.instant(now)) / timedelta(seconds=1)
    if evse is None or seconds_left <= 0 or not state.is_accepted:
        return CommandReply(status="Rejected")
    if not evse.is_operative:
        return CommandReply(status="Unavailable")
    if _is_taken(evse, message.reservation_id):
        return CommandReply(status="Occupied")
    before = _find(state, message.reservation_id)
    if before is not None:
        _release(state, before)
    evse.reservation = Reservation(message.reservation_id, message.id_token, message.group)
    state.set_alarm(Alarm.RESERVATION, now + seconds_left, evse=evse.number)
    report_changes(state, now)
    return CommandReply(status="Accepted")


def on_cancel(state: StationState, message: CancelReservation, now: float) -> CommandReply:
    """Nobody is waited for."""
    evse = _find(state, message.reservation_id)
    if evse is None:
        return CommandReply(status="Rejected")
    _release(state, evse)
    report_changes(state, now)
    return CommandReply(status="Accepted")


def on_expiry(state: StationState, evse: Evse, now: float) -> None:
    """He did not come in time."""
    _release(state, evse)
    report_changes(state, now)


def _is_taken(evse: Evse, reservation_id: int) -> bool:
    is_in_use = evse.transaction is not None or evse.vehicle is not None or evse.grant is not None
    return is_in_use or (evse.reservation is not None and evse.reservation.reservation_id != reservation_id)


def _find(state: StationState, reservation_id: int) -> Evse | None:
    held = (evse for evse in state.evses if evse.reservation is not None)
    return next((evse for evse in held if evse.reservation and evse.reservation.reservation_id == reservation_id), None)


def _release(state: StationState, evse: Evse) -> None:
    evse.reservation = None
    state.clear_alarm(Alarm.RESERVATION, evse=evse.number)
