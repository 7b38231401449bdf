"""The evidence of a session by REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from backoffice.contracts.billing import Bookings
from backoffice.contracts.telemetry import TrailEvent
from backoffice.kit.guards import EvidenceReader
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.service import provided
from backoffice.sessions.cdr_routes import CdrsDep, CdrView
from backoffice.sessions.evidence import EvidenceDesk
from backoffice.sessions.routes import SessionsDep
from backoffice.sessions.schemas import SessionView

router = APIRouter(prefix="/sessions", tags=["sessions"])
EvidenceDep = Annotated[EvidenceDesk, Depends(provided(EvidenceDesk))]


class TrailView(BaseModel):
    """A fact of the session's transaction, with its CALL and the answer, as far as the message log has them."""

    event_id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    message_id: str | None
    action: str | None
    call: str | None
    answer: str | None

    @classmethod
    def of(cls, event: TrailEvent) -> "TrailView":
        """An event as it is shown."""
        return cls.model_validate(event, from_attributes=True)


class MovementView(BaseModel):
    """Money that came in, or went back (below zero)."""

    reference: str
    amount: PlainDecimal
    at: datetime
    by: str


class EntryView(BaseModel):
    """One side of a posting."""

    account: str
    amount: PlainDecimal
    at: datetime
    about: str


class BookingsView(BaseModel):
    """What was billed, and what became of it."""

    invoice_id: str | None
    invoice_number: int | None
    state: str
    currency: str
    total_incl_vat: PlainDecimal
    movements: list[MovementView]
    entries: list[EntryView]

    @classmethod
    def of(cls, bookings: Bookings) -> "BookingsView":
        """Bookings as they are shown."""
        return cls.model_validate(bookings, from_attributes=True)


class EvidenceView(BaseModel):
    """Frames and events, the record, its price lines, the money. `facts`, `bookings` null: that service is silent."""

    session: SessionView
    facts: list[TrailView] | None
    cdrs: list[CdrView]
    bookings: BookingsView | None


@router.get("/{session_id}/evidence")
async def read_evidence(
    session_id: str, operator: EvidenceReader, sessions: SessionsDep, cdrs: CdrsDep, desk: EvidenceDep
) -> EvidenceView:
    """What the session's bill rests on, from the frames of its station to the ledger."""
    async with sessions.database.snapshot(operator.tenant) as unit:
        session = await sessions.find_session(unit, session_id, driver_id=None)
        records = await cdrs.list_of(unit, session_id)
    evidence = await desk.gather(operator.tenant, session)
    return EvidenceView(
        session=SessionView.of(session),
        facts=None if evidence.trail is None else [TrailView.of(event) for event in evidence.trail.events],
        cdrs=[CdrView.of(row) for row in records],
        bookings=None if evidence.bookings is None else BookingsView.of(evidence.bookings),
    )
