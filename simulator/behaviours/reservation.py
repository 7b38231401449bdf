"""An EVSE kept for somebody (OCPP 1.6 §3.12, §5.1, §5.13; OCPP 2.0.1 H).

Only the token, or one of its group, starts there; then the reservation is used up. Nobody waits beyond its expiry.
"""

from datetime import timedelta

from protocol.blocks.reservation.messages import (
    CancelReservation,
    ReservationEnd,
    ReservationStatusUpdate,
    ReserveNow,
)
from protocol.domain.commands import CommandReply
from simulator.behaviours.availability import report_changes
from simulator.evse import Evse
from simulator.state import Alarm, StationState
from simulator.stores import Reservation


def on_reserve(state: StationState, message: ReserveNow, now: float) -> CommandReply:
    """The EVSE is kept, or where none is named the first that is free; one with the same id is replaced.

    1.6 stations choose none themselves (ReserveConnectorZeroSupported), and none keeps a type of connector.
    """
    evse = _choose(state, message)
    seconds_left = (message.expires_at - state.instant(now)) / timedelta(seconds=1)
    if evse is None or seconds_left <= 0 or not state.is_accepted:
        return CommandReply(status="Rejected")
    if evse.defect is not None:
        return CommandReply(status="Faulted")
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
    """He did not come in time; 2.x says so (OCPP 2.0.1 H04)."""
    _end(state, evse, ReservationEnd.EXPIRED)
    report_changes(state, now)


def drop(state: StationState, evse: Evse) -> None:
    """The EVSE cannot be kept any longer; 2.x says so (OCPP 2.0.1 H01)."""
    _end(state, evse, ReservationEnd.REMOVED)


def _end(state: StationState, evse: Evse, why: ReservationEnd) -> None:
    reservation = evse.reservation
    _release(state, evse)
    is_heard = state.is_online and state.is_accepted
    if reservation is not None and is_heard and state.traits.reports_reservations:
        state.post(ReservationStatusUpdate(reservation.reservation_id, why), evse=evse.number)


def _choose(state: StationState, message: ReserveNow) -> Evse | None:
    if message.evse is not None:
        return state.evse(message.evse)
    if not state.traits.reports_reservations or message.connector_type is not None:
        return None
    is_free = (one for one in state.evses if one.is_in_service and not _is_taken(one, message.reservation_id))
    return next(is_free, None)


def _is_taken(evse: Evse, reservation_id: int) -> bool:
    is_in_use = evse.transaction is not None or evse.vehicle is not None or evse.grant is not None
    return is_in_use or (evse.reservation is not None and evse.reservation.reservation_id != reservation_id)


def _find(state: StationState, reservation_id: int) -> Evse | None:
    held = (evse for evse in state.evses if evse.reservation is not None)
    return next((evse for evse in held if evse.reservation and evse.reservation.reservation_id == reservation_id), None)


def _release(state: StationState, evse: Evse) -> None:
    evse.reservation = None
    state.clear_alarm(Alarm.RESERVATION, evse=evse.number)
