"""What sessions itself said, read back into rows that were lost: a replay asks nobody again who paid what.

Only a replay runs these handlers. What was billed stands as it was said, whatever facts came after it.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted, ParkingSessionStarted
from backoffice.kit.consumer import Delivery, Handler
from backoffice.kit.database import Unit
from backoffice.sessions import cdr_repository, parking_repository, repository
from backoffice.sessions.domain import SessionState
from backoffice.sessions.models import CdrRow, SessionRow
from backoffice.sessions.parking import give
from backoffice.sessions.parking_domain import ParkingState


async def on_session_completed(event: ChargingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
    """The session is settled, as it was; its CDR, which nobody can lose, says the rest."""
    session = await repository.find_session(unit, event.session_id)
    if session is None:
        return
    session.state = SessionState.COMPLETED
    session.evse, session.driver_id, session.intent_id = event.evse, event.driver_id, event.intent_id
    session.started_at, session.ended_at = event.started_at, event.ended_at
    session.stopped_reason = event.stopped_reason or None
    session.energy_wh, session.currency = event.energy_wh, event.currency
    session.tariff_id, session.tariff_version = event.tariff_id, event.tariff_version
    session.cost_excl_vat, session.cost_incl_vat = event.total_excl_vat, event.total_incl_vat
    session.lines = msgspec.to_builtins(event.lines)
    session.power_w, session.needs_verdict, session.must_stop = None, False, False
    for cdr in await cdr_repository.list_cdrs(unit, session.id):
        if cdr.credits is None:
            await _take_evidence(unit, session, cdr, driver_id=event.driver_id)


async def on_parking_started(event: ParkingSessionStarted, delivery: Delivery, unit: Unit) -> None:
    """The stay is that driver's: who checked in by app is told of nowhere else."""
    stay = await parking_repository.find_stay(unit, event.session_id)
    if stay is not None and event.driver_id is not None:
        await give(unit, stay, event.driver_id, now=delivery.envelope.received_at)


async def on_parking_completed(event: ParkingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
    """The stay is settled, as it was."""
    stay = await parking_repository.find_stay(unit, event.session_id)
    if stay is None:
        return
    stay.state, stay.is_asked_for = ParkingState.COMPLETED, True
    stay.driver_id, stay.ended_at = event.driver_id, event.ended_at
    stay.tariff_id, stay.tariff_version, stay.currency = event.tariff_id, event.tariff_version, event.currency
    stay.cost_excl_vat, stay.cost_incl_vat = event.total_excl_vat, event.total_incl_vat
    stay.lines = msgspec.to_builtins(event.lines)


HANDLERS: Mapping[type[msgspec.Struct], Handler] = {
    ChargingSessionCompleted: on_session_completed,
    ParkingSessionStarted: on_parking_started,
    ParkingSessionCompleted: on_parking_completed,
}


async def _take_evidence(unit: Unit, session: SessionRow, cdr: CdrRow, *, driver_id: str | None) -> None:
    evidence = cdr.evidence
    session.timezone, session.flags, session.presented = evidence["timezone"], evidence["flags"], evidence["tokens"]
    session.driver_id = cdr.record["driver_id"]
    if session.driver_id != driver_id:  # who was deleted meanwhile has the CDR's name, and no token leads to them
        session.token_ref = session.token_mask = None
    # READINGS forgets sooner than FACTS.
    points = (
        (session.id, datetime.fromisoformat(at), Decimal(register_wh)) for at, register_wh in evidence["readings"]
    )
    await repository.insert_registers(unit, points)
