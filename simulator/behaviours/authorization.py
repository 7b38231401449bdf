"""A token at the reader (OCPP 1.6 §4.1; OCPP 2.0.1 C01), and who may charge once a cable is in.

Offline, a token that nobody can judge starts where the station is configured so (OfflineTxForUnknownIdEnabled): the
verdict comes with the answer to the start.
"""

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import IdToken
from simulator.behaviours import transactions
from simulator.behaviours.availability import report_changes
from simulator.evse import Evse, Grant
from simulator.outbox import Entry
from simulator.state import Alarm, Happening, StationState


def present(state: StationState, evse: Evse, id_token: IdToken, now: float) -> None:
    """The token stops the transaction that it started, or asks to start one."""
    transaction = evse.transaction
    if transaction is not None:
        if transaction.id_token.value.upper() == id_token.value.upper():
            transactions.end(state, evse, now, reason="Local", trigger="StopAuthorized", id_token=id_token)
            report_changes(state, now)
        else:
            _refuse(state, evse, "another token's transaction runs")
    elif evse.asked is not None or state.is_rebooting:
        _refuse(state, evse, "the reader is busy")
    elif not state.is_online:
        _decide_offline(state, evse, id_token, now)
    elif not state.is_accepted:
        _refuse(state, evse, "the CSMS has not accepted the station")
    else:
        evse.asked = id_token
        state.post(Authorize(id_token), evse=evse.number)


def on_verdict(state: StationState, entry: Entry, reply: AuthorizeReply, now: float) -> None:
    """The one who asked may charge, or not."""
    evse = _answered(state, entry)
    if reply.id_token_info.status is AuthorizationStatus.ACCEPTED:
        grant(state, evse, Grant(_token_of(entry)), now)
    else:
        _refuse(state, evse, reply.id_token_info.status)


def on_no_verdict(state: StationState, entry: Entry, now: float) -> None:
    """The question was lost with the socket, or got no usable answer."""
    evse = _answered(state, entry)
    if state.is_online:
        _refuse(state, evse, "no verdict")
    else:
        _decide_offline(state, evse, _token_of(entry), now)


def grant(state: StationState, evse: Evse, allowance: Grant, now: float) -> None:
    """A transaction begins; without a cable it waits for one, for as long as the station is configured to."""
    if evse.transaction is not None:
        _refuse(state, evse, "a transaction runs")
    elif evse.vehicle is not None:
        trigger = "RemoteStart" if allowance.is_remote else "Authorized"
        transactions.begin(state, evse, allowance, now, trigger=trigger)
    else:
        evse.grant = allowance
        state.set_alarm(Alarm.EV_CONNECT, now + state.settings.ev_connect_timeout_s, evse=evse.number)


def on_cable(state: StationState, evse: Evse, now: float) -> None:
    """The cable is in: who was waiting for it charges."""
    waiting = evse.grant
    if waiting is not None:
        trigger = "RemoteStart" if waiting.is_remote else "CablePluggedIn"
        transactions.begin(state, evse, waiting, now, trigger=trigger)
    report_changes(state, now)


def on_no_cable(_state: StationState, evse: Evse, _now: float) -> None:
    """No cable came in time: who was waiting for it waits no longer."""
    evse.grant = None


def _decide_offline(state: StationState, evse: Evse, id_token: IdToken, now: float) -> None:
    if state.settings.starts_offline:
        grant(state, evse, Grant(id_token), now)
    else:
        _refuse(state, evse, "offline")


def _answered(state: StationState, entry: Entry) -> Evse:
    evse = state.evse(entry.evse)
    assert evse is not None  # a token is presented at an EVSE
    evse.asked = None
    return evse


def _token_of(entry: Entry) -> IdToken:
    assert isinstance(entry.message, Authorize)
    return entry.message.id_token


def _refuse(state: StationState, evse: Evse, reason: str) -> None:
    state.note(Happening.TOKEN_REFUSED, evse=evse.number, detail=reason)
