"""A token at the reader (OCPP 1.6 §4.1; OCPP 2.0.1 C01), and who may charge once a cable is in.

What the station knows by heart, its local list and its cache, decides offline, and online where it is configured to
pre-authorize. Offline, a token that nobody can judge starts where the station is configured so
(OfflineTxForUnknownIdEnabled): the verdict comes with the answer to the start.
"""

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply, ClearCache
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken
from protocol.domain.tariff import Tariff
from simulator.behaviours import transactions
from simulator.behaviours.availability import report_changes
from simulator.evse import Evse, Grant
from simulator.outbox import Entry
from simulator.state import Alarm, Happening, StationState
from simulator.stores import is_same


def present(state: StationState, evse: Evse, id_token: IdToken, now: float) -> None:
    """The token stops the transaction that it started, or asks to start one."""
    transaction = evse.transaction
    if transaction is not None:
        known = recall(state, id_token, now)
        is_of_group = known is not None and is_same(transaction.group, known.group)
        if is_same(transaction.id_token, id_token) or is_of_group:
            transactions.end(state, evse, now, reason="Local", trigger="StopAuthorized", id_token=id_token)
            report_changes(state, now)
        else:
            _refuse(state, evse, "another token's transaction runs")
    elif not evse.is_in_service:
        _refuse(state, evse, "out of service")
    elif evse.is_being_paid:
        _refuse(state, evse, "somebody pays to charge here")
    elif evse.asked is not None or state.is_rebooting:
        _refuse(state, evse, "the reader is busy")
    elif state.is_online and not state.is_accepted:
        _refuse(state, evse, "the CSMS has not accepted the station")
    elif not state.is_online or _is_known_by_heart(state, id_token, now):
        _decide_alone(state, evse, id_token, now)
    else:
        evse.asked = id_token
        state.post(Authorize(id_token), evse=evse.number)


def on_verdict(state: StationState, entry: Entry, reply: AuthorizeReply, now: float) -> None:
    """The one who asked may charge, or not."""
    evse, info = _answered(state, entry), reply.id_token_info
    if state.settings.uses_cache:
        state.cache.put(_token_of(entry), info)
    _heed(state, evse, _token_of(entry), info, now, tariff=reply.tariff)


def on_no_verdict(state: StationState, entry: Entry, now: float) -> None:
    """The question was lost with the socket, or got no usable answer."""
    evse = _answered(state, entry)
    if state.is_online:
        _refuse(state, evse, "no verdict")
    else:
        _decide_alone(state, evse, _token_of(entry), now)


def grant(state: StationState, evse: Evse, allowance: Grant, now: float) -> None:
    """A transaction begins; without a cable it waits for one, for as long as the station is configured to."""
    if evse.transaction is not None:
        _refuse(state, evse, "a transaction runs")
    elif not evse.is_in_service:
        _refuse(state, evse, "out of service")
    elif evse.reservation is not None and not evse.reservation.admits(allowance.id_token, allowance.group):
        _refuse(state, evse, "reserved for somebody else")
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


def on_clear_cache(state: StationState, _message: ClearCache, _now: float) -> CommandReply:
    """No verdict is remembered any more; the local list is not concerned (OCPP 1.6 §5.4)."""
    if not state.settings.uses_cache:
        return CommandReply(status="Rejected", reason="NoCache")
    state.cache.verdicts.clear()
    return CommandReply(status="Accepted")


def recall(state: StationState, id_token: IdToken, now: float) -> IdTokenInfo | None:
    """What the station knows of the token without asking: by its list, else by its cache (OCPP 1.6 §3.5.2)."""
    at, settings = state.instant(now), state.settings
    listed = state.local_list.find(id_token, at) if settings.uses_local_list else None
    return listed or (state.cache.find(id_token, at) if settings.uses_cache else None)


def _is_known_by_heart(state: StationState, id_token: IdToken, now: float) -> bool:
    """Only a token that is known to be good spares the question (OCPP 1.6 §3.5.2)."""
    known = recall(state, id_token, now) if state.settings.pre_authorizes else None
    return known is not None and known.status is AuthorizationStatus.ACCEPTED


def _heed(
    state: StationState,
    evse: Evse,
    id_token: IdToken,
    info: IdTokenInfo,
    now: float,
    *,
    tariff: Tariff | None = None,
) -> None:
    if info.status is AuthorizationStatus.ACCEPTED:
        grant(state, evse, Grant(id_token, group=info.group, tariff=tariff), now)
    else:
        _refuse(state, evse, info.status)


def _decide_alone(state: StationState, evse: Evse, id_token: IdToken, now: float) -> None:
    known = recall(state, id_token, now) if state.settings.authorizes_offline else None
    if known is not None:
        _heed(state, evse, id_token, known, now)
    elif state.settings.starts_offline:
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
