"""How far a session may go: what its driver wants, what the station says that holds, and whether it is reached.

A station that can keeps to it by itself (OCPP 2.1 E16). For the others we ask for the stop once a reading shows that
the limit is reached: a little late, by as much as the station is slow to say what it reads.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from backoffice.kit.database import Database
from backoffice.sessions import repository
from backoffice.sessions.models import SessionRow
from protocol.blocks.tariff_and_cost.queries import AskLimit, LimitAnswer
from protocol.blocks.transactions.events import TransactionFact
from protocol.domain.transaction_limit import TransactionLimit

Json = Any  # Any: JSON

_NO_NUMBER = -1


class Limits:
    """Answers the gateway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskLimit) -> LimitAnswer:
        """What the driver wanted who started the transaction by app."""
        async with self._database.snapshot(question.tenant) as unit:
            intent = await repository.read_intent_of(unit, question.station, question.remote_start_id)
        return LimitAnswer(None if intent is None else read_limit(intent.limit_wanted))


def read_limit(row: Json) -> TransactionLimit | None:
    """The limit as a row keeps it."""
    return None if row is None else msgspec.convert(row, TransactionLimit, strict=False)


def write_limit(limit: TransactionLimit | None) -> Json:
    """As a row keeps it."""
    return None if limit is None else msgspec.to_builtins(limit)


def note_limit(session: SessionRow, fact: TransactionFact) -> None:
    """The limit that the station says holds is known: that of its newest event, whatever order they come in."""
    number = _NO_NUMBER if fact.seq_no is None else fact.seq_no
    if fact.limit is not None and number >= session.limit_seq_no:
        session.limit_at_station, session.limit_seq_no = write_limit(fact.limit), number


def is_reached(session: SessionRow, *, at: datetime, longest: timedelta) -> bool:
    """Whether the session has lasted too long, or has gone as far as its driver wanted.

    A station that says it keeps to the driver's limit sees to that itself.
    """
    if session.started_at is None:
        return False
    if at - session.started_at >= longest:
        return True
    limit = read_limit(session.limit_wanted)
    if limit is None or session.limit_at_station is not None:
        return False
    soc = session.state_of_charge_percent
    return any(
        (
            limit.max_cost is not None and session.currency != "" and session.cost_incl_vat >= limit.max_cost,
            limit.max_energy_wh is not None and session.energy_wh >= limit.max_energy_wh,
            limit.max_time_s is not None and (at - session.started_at).total_seconds() >= limit.max_time_s,
            limit.max_soc_percent is not None and soc is not None and soc >= limit.max_soc_percent,
        )
    )
