"""Somebody pays by web page at an EVSE (OCPP 2.1 C25).

Until the CSMS starts the transaction, or the time that it gave is over, nobody else starts there.
"""

from protocol.blocks.payment.messages import WebPaymentStarted
from protocol.domain.commands import Heard
from simulator.evse import Evse
from simulator.state import Alarm, StationState


def on_web_payment(state: StationState, message: WebPaymentStarted, now: float) -> Heard:
    """A free EVSE is kept for the payer; of one that is in use, or is not there, nothing becomes."""
    evse = state.evse(message.evse)
    if evse is not None and evse.transaction is None and message.timeout_s > 0:
        evse.is_being_paid = True
        state.set_alarm(Alarm.PAYMENT, now + message.timeout_s, evse=evse.number)
    return Heard()


def on_timeout(_state: StationState, evse: Evse, _now: float) -> None:
    """Nobody has paid in time: the EVSE is free for all."""
    evse.is_being_paid = False
