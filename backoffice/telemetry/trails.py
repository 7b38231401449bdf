"""The trail of a transaction: its facts, each with the frame that it came in and the one that answered it.

A station's CALLs are answered one after the other, and a fact is made while its CALL is: the first answer that was sent
after a fact was made is that CALL's.
"""

from backoffice.contracts.telemetry import AskTrail, Trail, TrailEvent
from backoffice.kit.database import Database
from backoffice.telemetry import repository

_EVENTS = 200
_TEXT = 2_000


class Trails:
    """Answers whoever wants to see what a session rests on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskTrail) -> Trail:
        """The first _EVENTS facts."""
        async with self._database.snapshot(question.tenant) as unit:
            found = await repository.select_trail(unit, question.station_id, question.transaction_id, limit=_EVENTS)
        return Trail(
            tuple(
                TrailEvent(
                    event_id=row.event_id,
                    type=row.event_type,
                    occurred_at=row.occurred_at,
                    received_at=row.received_at,
                    message_id=row.message_id,
                    action=row.action,
                    call=_cut(row.call),
                    answer=_cut(row.answer),
                )
                for row in found
            )
        )


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= _TEXT else f"{text[:_TEXT]}…"
