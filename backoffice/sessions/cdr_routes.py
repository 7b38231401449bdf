"""CDRs by REST."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from backoffice.kit.guards import BillingWriter, EvidenceReader
from backoffice.kit.idempotency import IdempotencyKey, once
from backoffice.kit.service import provided
from backoffice.sessions.cdrs import Cdrs
from backoffice.sessions.models import CdrRow

router = APIRouter(prefix="/sessions", tags=["sessions"])
CdrsDep = Annotated[Cdrs, Depends(provided(Cdrs))]


class Crediting(BaseModel):
    """Why the record was wrong: the driver reads it."""

    reason: str = Field(min_length=1, max_length=500, examples=["The meter was faulty."])


class CdrView(BaseModel):
    """A frozen record, or with `credits` the credit of one. `evidence`: the registers and pauses that it rests on."""

    id: str
    session_id: str
    credits: str | None
    reason: str
    issued_by: str
    frozen_at: datetime
    record: dict[str, Any]  # Any: JSON
    evidence: dict[str, Any]  # Any: JSON

    @classmethod
    def of(cls, row: CdrRow) -> "CdrView":
        """A row as it is shown."""
        return cls.model_validate(row, from_attributes=True)


@router.get("/{session_id}/cdrs")
async def list_cdrs(session_id: str, operator: EvidenceReader, cdrs: CdrsDep) -> list[CdrView]:
    """The session's CDR and, where it was wrong, its credit; empty before the session is completed."""
    async with cdrs.database.transaction(operator.tenant) as unit:
        return [CdrView.of(row) for row in await cdrs.list_of(unit, session_id)]


@router.post("/{session_id}/credit", status_code=201)
async def credit_session(
    session_id: str, body: Crediting, operator: BillingWriter, cdrs: CdrsDep, key: IdempotencyKey
) -> CdrView:
    """Credit the session's CDR whole. Its invoice is reversed, and what was paid is given back."""
    async with cdrs.database.transaction(operator.tenant) as unit:

        async def credit() -> CdrView:
            return CdrView.of(await cdrs.credit(unit, session_id, reason=body.reason, operator=operator.subject))

        return await once(
            unit,
            scope=f"{operator.subject} credit {session_id}",
            key=key,
            request=body,
            now=cdrs.clock(),
            view=CdrView,
            act=credit,
        )
