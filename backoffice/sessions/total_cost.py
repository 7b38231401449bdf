"""What a transaction cost, for the station whose driver waits to see it (OCPP 2.0.1 I03).

1. Whoever waits looks when the bus says that the session is settled, and seldom besides: that may be missed, and of one
   that was refused, and has no bill, it is not said.
2. Nobody waits longer than the gateway does, counted from when it asked: a question that lay in a queue meanwhile is
   looked at once, and holds no place.
"""

import asyncio
from datetime import datetime

from backoffice.contracts.sessions import session_id_of
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database
from backoffice.sessions import repository
from backoffice.sessions.domain import SessionState
from backoffice.sessions.models import SessionRow
from backoffice.sessions.settled import Settled
from protocol.blocks.tariff_and_cost.queries import AskTotalCost, TotalCost

_LOOK_EVERY_S = 1.0
_LONGEST_PATIENCE_S = 10.0


class TotalCosts:
    """Answers once the session is settled: what is said here is what is billed, to the cent."""

    def __init__(self, database: Database, settled: Settled, *, clock: Clock) -> None:
        self._database = database
        self._settled = settled
        self._clock = clock

    async def answer(self, question: AskTotalCost) -> TotalCost:
        """The total of the session; None where it is not settled in time, or is nobody's to pay.

        The end may reach us after the question: a session that is not known yet is waited for as well.
        """
        session_id = session_id_of(question.tenant, question.station, question.transaction_id)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_left(question, now=self._clock())
        with self._settled.awaited(session_id) as is_settled:
            while True:
                is_settled.clear()
                async with self._database.snapshot(question.tenant) as unit:
                    session = await repository.read_session(unit, session_id)
                if session is not None and _is_over(session):
                    return _total_of(session)
                left_s = deadline - loop.time()
                if left_s <= 0:
                    return TotalCost()
                await _wait_for(is_settled, timeout_s=min(left_s, _LOOK_EVERY_S))


def patience_left(question: AskTotalCost, *, now: datetime) -> float:
    """How long the asker still waits, in seconds. A clock of theirs that is ahead of ours makes it no longer."""
    patience_s = min(question.patience_s, _LONGEST_PATIENCE_S)
    waited_s = 0.0 if question.asked_at is None else max(0.0, (now - question.asked_at).total_seconds())
    return patience_s - waited_s


async def _wait_for(event: asyncio.Event, *, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return


def _is_over(session: SessionRow) -> bool:
    is_refused = session.state == SessionState.UNAUTHORISED and session.ended_at is not None
    return is_refused or session.state == SessionState.COMPLETED


def _total_of(session: SessionRow) -> TotalCost:
    return TotalCost(session.cost_incl_vat if session.state == SessionState.COMPLETED else None)
