"""An EVSE that fails by itself, and what it says of it (OCPP 1.6 §4.9; OCPP 2.0.1 G01, E07, H01).

The CSMS hears of the defect by the connector's status, and by a monitor where it has set one on Problem (N07).
"""

from simulator.behaviours import availability, reservation, transactions
from simulator.defects import Defect, stopped_reason_of
from simulator.evse import Evse
from simulator.state import Alarm, StationState


def break_down(state: StationState, evse: Evse, defect: Defect, now: float) -> None:
    """The EVSE is Faulted: its transaction has ended, nobody waits for a cable, and 2.x keeps it for nobody."""
    transactions.end(state, evse, now, reason=stopped_reason_of(defect), trigger="AbnormalCondition")
    evse.grant, evse.defect = None, defect
    state.clear_alarm(Alarm.EV_CONNECT, evse=evse.number)
    if state.traits.reports_reservations:
        reservation.drop(state, evse)
    availability.report_changes(state, now)


def repair(state: StationState, now: float) -> None:
    """No EVSE has a defect: each is what it would be without."""
    for evse in state.evses:
        evse.defect = None
    availability.report_changes(state, now)
