"""CDRs: what was billed, frozen with what it rests on; a wrong one is credited, never changed."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from backoffice.contracts.sessions import ChargingSessionCompleted, SessionCredited
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.sessions import cdr_repository as repository
from backoffice.sessions.energy import SessionShape
from backoffice.sessions.errors import CdrCredited, SessionNotBilled
from backoffice.sessions.models import CdrRow, SessionRow
from protocol.bus.envelope import event_id

Json = dict[str, Any]  # Any: JSON


async def freeze(
    unit: Unit, session: SessionRow, completed: ChargingSessionCompleted, shape: SessionShape, *, now: datetime
) -> None:
    """The session's CDR is there for good."""
    row = CdrRow(
        tenant_id=unit.tenant,
        id=event_id(unit.tenant, "cdr", session.id),
        session_id=session.id,
        credits=None,
        reason="",
        issued_by="sessions",
        frozen_at=now,
        record=msgspec.to_builtins(completed),
        evidence=_evidence(session, shape),
    )
    await repository.insert_cdr(unit, row)


class Cdrs:
    """CDRs as operators see and credit them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def list_of(self, unit: Unit, session_id: str) -> Sequence[CdrRow]:
        """The session's CDR, and its credit where there is one."""
        return await repository.list_cdrs(unit, session_id)

    async def credit(self, unit: Unit, session_id: str, *, reason: str, operator: str) -> CdrRow:
        """The session's CDR is credited whole, and billing hears of it. Raises SessionNotBilled, CdrCredited."""
        cdrs = await repository.list_cdrs(unit, session_id)
        if not cdrs:
            raise SessionNotBilled(session_id)
        if len(cdrs) > 1:
            raise CdrCredited(session_id)
        credited, now = cdrs[0], self.clock()
        record = msgspec.convert(credited.record, ChargingSessionCompleted, strict=False)
        credit = CdrRow(
            tenant_id=unit.tenant,
            id=event_id(unit.tenant, "credit", credited.id),
            session_id=session_id,
            credits=credited.id,
            reason=reason,
            issued_by=operator,
            frozen_at=now,
            record=credited.record,
            evidence={},
        )
        if not await repository.insert_cdr(unit, credit):
            raise CdrCredited(session_id)
        event = SessionCredited(
            session_id=record.session_id,
            station_id=record.station_id,
            evse=record.evse,
            transaction_id=record.transaction_id,
            driver_id=record.driver_id,
            started_at=record.started_at,
            credit_id=credit.id,
            reason=reason,
            currency=record.currency,
            lines=record.lines,
            total_excl_vat=record.total_excl_vat,
            total_incl_vat=record.total_incl_vat,
        )
        await unit.publish(event, key=session_id, now=now, event_id=event_id(unit.tenant, "credited", credit.id))
        return credit


def _evidence(session: SessionRow, shape: SessionShape) -> Json:
    return {
        "start_wh": _text(session.start_wh),
        "end_wh": _text(session.end_wh),
        "billed_from_wh": _text(shape.start_wh),
        "billed_to_wh": _text(shape.end_wh),
        "readings": [[point.at.isoformat(), str(point.register_wh)] for point in shape.readings],
        "pauses": [[pause.at.isoformat(), pause.is_paused] for pause in shape.pauses],
        "heard_until": session.heard_until,
        "end_seq_no": session.end_seq_no,
        "tokens": session.presented,
        "flags": session.flags,
        "timezone": session.timezone,
        "tariff_sha256": sha256(session.tariff or b"").hexdigest(),
    }


def _text(number: object) -> str | None:
    return None if number is None else str(number)
