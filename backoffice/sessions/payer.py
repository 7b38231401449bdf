"""Whose session it is: what tokens, verdicts and starts by app say, in whatever order they come.

Invariants:
1. The token of the session is the first by `precedence.py`; where it was refused, nobody pays.
2. A start by app weighs more than any card.
3. What was settled stays as it is.
4. A master pass is refused: it stops what others pay for, and pays for nothing.
"""

import msgspec

from backoffice.kit.database import Unit
from backoffice.sessions import repository
from backoffice.sessions.domain import INTENT, SESSION, IntentState, IntentTrigger, SessionState, SessionTrigger
from backoffice.sessions.limits import write_limit
from backoffice.sessions.models import IntentRow, SessionRow
from backoffice.sessions.precedence import (
    Presented,
    Standing,
    is_master_pass,
    payer_of,
    presented_by,
    rank_of,
    with_token,
    with_verdict,
)
from protocol.blocks.authorization.queries import TokenVerdict
from protocol.blocks.transactions.events import TransactionEnded, TransactionFact
from protocol.domain.authorization import Authorization
from protocol.domain.identifiers import StationId
from protocol.domain.transaction_limit import within_credit

_NO_INTENT = (IntentState.STARTED, IntentState.FAILED, IntentState.EXPIRED)


async def judge(unit: Unit, session: SessionRow, fact: TransactionFact) -> None:
    """What the fact says of the driver, by the precedence of its token; what was settled stays as it is."""
    if session.state == SessionState.COMPLETED:
        return
    await _claim_intent(unit, session, fact)
    token = presented_by(fact)
    if token is None:
        return
    if token.is_refused and fact.authorization is not None:
        flag(session, _refusal(fact.authorization))
    _decide(session, with_token(presented(session), token))


def take_verdict(session: SessionRow, token: Presented, verdict: TokenVerdict) -> None:
    """Identity has answered about a token that was deferred; a transaction that nobody may charge by has to stop."""
    if session.state == SessionState.COMPLETED:
        return
    known = with_verdict(presented(session), token.ref, verdict)
    if any(one.ref == token.ref and one.is_refused for one in known):
        flag(session, _refusal(verdict))
    _decide(session, known)


def presented(session: SessionRow) -> tuple[Presented, ...]:
    """The tokens that may still decide who pays."""
    return msgspec.convert(session.presented, tuple[Presented, ...])


def asked_token(session: SessionRow) -> Presented | None:
    """The token that identity has to be asked about."""
    return payer_of(presented(session)) if session.needs_verdict else None


def authorise(session: SessionRow, driver_id: str | None) -> None:
    """The session is this driver's, also where a token before was refused."""
    _belong_to(session, driver_id)
    session.needs_verdict = session.must_stop = False
    if session.state == SessionState.UNAUTHORISED:
        has_ended = session.ended_at is not None
        trigger = SessionTrigger.AUTHORISED_AND_ENDED if has_ended else SessionTrigger.AUTHORISED
        session.state = SESSION.advance(SessionState.UNAUTHORISED, trigger)


def prepaid_account_of(session: SessionRow) -> str | None:
    """The prepaid balance that the session draws on: its token's, unless it was started by app."""
    token = payer_of(presented(session))
    if token is None or token.standing is not Standing.ACCEPTED or session.intent_id is not None:
        return None
    return token.account


def withdraw_refused(session: SessionRow) -> None:
    """Nobody may charge, where the session's token was refused: also once the start is known that came after it."""
    token = payer_of(presented(session))
    if token is not None and token.is_refused and session.intent_id is None:
        _withdraw(session)


def flag(session: SessionRow, what: str) -> None:
    """That something is odd about the session is known, once."""
    if what not in session.flags:
        session.flags = sorted((*session.flags, what))


def _decide(session: SessionRow, known: tuple[Presented, ...]) -> None:
    """The session is that of its token's driver; a start by app stays its driver's."""
    former, token = payer_of(presented(session)), payer_of(known)
    assert token is not None
    session.presented = msgspec.to_builtins(known)
    session.token_ref, session.token_mask, session.token_rank = token.ref, token.mask, token.rank
    if session.intent_id is not None:
        return
    if token.standing is Standing.ACCEPTED:
        if token != former:
            authorise(session, token.driver_id)
            session.limit_wanted = write_limit(None if token.credit is None else within_credit(None, token.credit))
        return
    _belong_to(session, None)
    session.needs_verdict = token.standing is Standing.ASKED
    withdraw_refused(session)


def _belong_to(session: SessionRow, driver_id: str | None) -> None:
    """The session is this driver's; its tariff is asked for again, for they may have their own."""
    if session.driver_id != driver_id:
        session.driver_id, session.tariff = driver_id, None


def _withdraw(session: SessionRow) -> None:
    """Nobody may charge here as far as is known, and a station that heard otherwise has to stop.

    Before the start is known that is said by the token alone.
    """
    if session.started_at is None or session.state == SessionState.COMPLETED:
        return
    if session.state != SessionState.UNAUTHORISED:
        session.state = SESSION.advance(SessionState(session.state), SessionTrigger.REFUSED)
    if session.ended_at is None and any(
        one.standing is Standing.WITHDRAWN and one.is_refused for one in presented(session)
    ):
        session.must_stop = True


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
    if session.driver_id not in (None, intent.payer) and was_known:
        flag(session, "intent_of_another_driver")
        return
    session.intent_id, intent.session_id = intent.id, session.id
    session.limit_wanted = intent.limit_wanted
    authorise(session, intent.payer)
    _mark_claimed(intent)


def _mark_claimed(intent: IntentRow) -> None:
    state = IntentState(intent.state)
    if state is IntentState.REQUESTED:
        state = INTENT.advance(state, IntentTrigger.HELD)
    if state not in _NO_INTENT:
        intent.state = INTENT.advance(state, IntentTrigger.CLAIMED)


def _refusal(verdict: Authorization | TokenVerdict) -> str:
    return f"refused_{'master_pass' if is_master_pass(verdict) else verdict.status.lower()}"
