"""Whose session it is: what tokens, verdicts and starts by app say, in whatever order they come.

Invariants:
1. The token of the session is the first by `precedence.py`; where it was refused, nobody pays.
2. A start by app weighs more than any card.
3. What was settled stays as it is.
"""

from backoffice.kit.database import Unit
from backoffice.sessions import repository
from backoffice.sessions.domain import INTENT, SESSION, IntentState, IntentTrigger, SessionState, SessionTrigger
from backoffice.sessions.models import IntentRow, SessionRow
from backoffice.sessions.precedence import is_refused, rank_of
from protocol.blocks.transactions.events import TransactionEnded, TransactionFact
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import StationId

_NO_INTENT = (IntentState.STARTED, IntentState.FAILED, IntentState.EXPIRED)


async def judge(unit: Unit, session: SessionRow, fact: TransactionFact) -> None:
    """What the fact says of the driver, by the precedence of its token; what was settled stays as it is."""
    verdict = fact.authorization
    if session.state == SessionState.COMPLETED:
        return
    await _claim_intent(unit, session, fact)
    is_same = fact.token is not None and fact.token.ref == session.token_ref
    is_first = _present(session, fact)
    is_refused_here = verdict is not None and not isinstance(fact, TransactionEnded) and _is_no(verdict)
    if verdict is not None and is_refused_here:
        flag(session, _refusal(verdict.status))
    if verdict is None or session.intent_id is not None or not (is_first or is_same):
        return
    if verdict.basis is AuthorizationBasis.DEFERRED:
        session.needs_verdict = session.needs_verdict or session.driver_id is None
    elif verdict.status is AuthorizationStatus.ACCEPTED:
        if is_first or session.driver_id is None:
            authorise(session, verdict.driver_id)
    elif is_refused_here:
        if is_first and not is_same:
            session.driver_id, session.needs_verdict = None, False
        if session.driver_id is None and not session.needs_verdict:
            _withdraw(session)


def authorise(session: SessionRow, driver_id: str | None) -> None:
    """The session is this driver's, also where a token before was refused."""
    session.driver_id, session.needs_verdict, session.must_stop = driver_id, False, False
    if session.state == SessionState.UNAUTHORISED:
        has_ended = session.ended_at is not None
        trigger = SessionTrigger.AUTHORISED_AND_ENDED if has_ended else SessionTrigger.AUTHORISED
        session.state = SESSION.advance(SessionState.UNAUTHORISED, trigger)


def refuse(session: SessionRow, status: AuthorizationStatus) -> None:
    """No token that is known so far may charge here; what was settled stays as it is."""
    flag(session, _refusal(status))
    _withdraw(session)


def withdraw_refused(session: SessionRow) -> None:
    """Once the start is known: nobody may charge, where a token that came before it was refused."""
    if session.driver_id is None and not session.needs_verdict and is_refused(session.token_rank):
        _withdraw(session)


def flag(session: SessionRow, what: str) -> None:
    """That something is odd about the session is known, once."""
    if what not in session.flags:
        session.flags = sorted((*session.flags, what))


def _is_no(verdict: Authorization) -> bool:
    is_answered = verdict.basis is not AuthorizationBasis.DEFERRED
    return is_answered and verdict.status is not AuthorizationStatus.ACCEPTED


def _withdraw(session: SessionRow) -> None:
    """Nobody may charge here as far as is known; before the start is known that is said by its token's rank alone."""
    if session.started_at is not None and session.state not in (SessionState.UNAUTHORISED, SessionState.COMPLETED):
        session.state = SESSION.advance(SessionState(session.state), SessionTrigger.REFUSED)


def _present(session: SessionRow, fact: TransactionFact) -> bool:
    """Whether the fact's token is the session's from now on."""
    rank = rank_of(fact)
    if fact.token is None or (session.token_rank is not None and rank >= session.token_rank):
        return False
    session.token_ref, session.token_mask, session.token_rank = fact.token.ref, fact.token.mask, rank
    return True


async def _claim_intent(unit: Unit, session: SessionRow, fact: TransactionFact) -> None:
    """The transaction belongs to a start by app, also to one that was given up meanwhile; never to another driver's."""
    if session.intent_id is not None or isinstance(fact, TransactionEnded):
        return
    intent = await repository.find_claimed_intent(
        unit,
        StationId(session.station_id),
        remote_start_id=fact.remote_start_id or None,
        token_ref=fact.token.ref if fact.token is not None else None,
    )
    if intent is None or intent.session_id not in (None, session.id):
        return
    was_known = session.token_rank is not None and session.token_rank < rank_of(fact)
    if session.driver_id not in (None, intent.driver_id) and was_known:
        flag(session, "intent_of_another_driver")
        return
    session.intent_id, intent.session_id = intent.id, session.id
    session.limit_wanted = intent.limit_wanted
    authorise(session, intent.driver_id)
    _mark_claimed(intent)


def _mark_claimed(intent: IntentRow) -> None:
    state = IntentState(intent.state)
    if state is IntentState.REQUESTED:
        state = INTENT.advance(state, IntentTrigger.HELD)
    if state not in _NO_INTENT:
        intent.state = INTENT.advance(state, IntentTrigger.CLAIMED)


def _refusal(status: AuthorizationStatus) -> str:
    return f"refused_{status.lower()}"
