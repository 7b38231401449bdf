"""What a transaction cost, for the station whose driver waits to see it (OCPP 2.0.1 I03)."""

import asyncio

from backoffice.contracts.sessions import session_id_of
from backoffice.kit.database import Database
from backoffice.sessions import repository
from backoffice.sessions.domain import SessionState
from backoffice.sessions.models import SessionRow
from protocol.blocks.tariff_and_cost.queries import AskTotalCost, TotalCost

_LOOK_EVERY_S = 0.1
_LONGEST_PATIENCE_S = 10.0


class TotalCosts:
    """Answers once the session is settled: what is said here is what is billed, to the cent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskTotalCost) -> TotalCost:
        """The total of the session; None where it is not settled in time, or is nobody's to pay.

        The end may reach us after the question: a session that is not known yet is waited for as well.
        """
        session_id = session_id_of(question.tenant, question.station, question.transaction_id)
        try:
            async with asyncio.timeout(min(question.patience_s, _LONGEST_PATIENCE_S)):
                while True:
                    async with self._database.snapshot(question.tenant) as unit:
                        session = await repository.read_session(unit, session_id)
                    if session is not None and _is_over(session):
                        return _total_of(session)
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            return TotalCost()


def _is_over(session: SessionRow) -> bool:
    is_refused = session.state == SessionState.UNAUTHORISED and session.ended_at is not None
    return is_refused or session.state == SessionState.COMPLETED


def _total_of(session: SessionRow) -> TotalCost:
    return TotalCost(session.cost_incl_vat if session.state == SessionState.COMPLETED else None)
