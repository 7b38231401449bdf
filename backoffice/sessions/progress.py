"""A running session as its meter tells it: energy, power and cost so far, said about once a second."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import NamedTuple

from backoffice.contracts.sessions import ChargingSessionUpdated, session_id_of
from backoffice.kit.database import Unit
from backoffice.sessions import repository
from backoffice.sessions.cost import cost_of
from backoffice.sessions.domain import RUNNING
from backoffice.sessions.energy import PauseChange, RegisterPoint, SessionShape, measure
from backoffice.sessions.limits import is_reached
from backoffice.sessions.models import SessionRow
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId
from protocol.domain.metering import POWER_IMPORT, STATE_OF_CHARGE, MeterValue, import_register_wh

_AT_MOST_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one batch says of one session's meter."""

    tenant: TenantId
    session_id: str
    meter_values: list[MeterValue] = field(default_factory=list)


class Known(NamedTuple):
    """What is known of a session's course, in order of time."""

    registers: Sequence[RegisterPoint]
    pauses: Sequence[PauseChange]


def by_session(facts: Iterable[tuple[TenantId, StationId, MeterValuesReported]]) -> list[Heard]:
    """What is said of each session, in the order in which they are locked; what is outside of any is nobody's."""
    heard: dict[tuple[TenantId, str], Heard] = {}
    for tenant, station_id, fact in facts:
        if fact.transaction_id is not None:
            session_id = session_id_of(tenant, station_id, fact.transaction_id)
            heard.setdefault((tenant, session_id), Heard(tenant, session_id)).meter_values.extend(fact.meter_values)
    return [heard[key] for key in sorted(heard)]


async def on_meter_values(unit: Unit, heard: Sequence[Heard], *, now: datetime, longest: timedelta) -> None:
    """The registers are kept; running sessions are shown with them, each once."""
    for tenant, of_tenant in groupby(heard, key=lambda one: one.tenant):
        await unit.act_for(tenant)
        sessions = list(of_tenant)
        changed = await repository.insert_registers(unit, [point for one in sessions for point in _points_of(one)])
        if changed:
            await repository.hold_sessions(unit, {(tenant, session_id) for session_id in changed})
            registers = await repository.list_registers_of(unit, changed)
            pauses = await repository.list_pauses_of(unit, changed)
            for one in sessions:
                if one.session_id in changed:
                    known = Known(registers.get(one.session_id, ()), pauses.get(one.session_id, ()))
                    await _go_on(unit, one, known, now, longest)
            await unit.session.flush()


def _points_of(heard: Heard) -> Iterator[tuple[str, datetime, Decimal]]:
    for meter_value in heard.meter_values:
        register_wh = _decimal(import_register_wh(meter_value))
        if register_wh is not None:
            yield heard.session_id, meter_value.measured_at, register_wh


async def _go_on(unit: Unit, heard: Heard, known: Known, now: datetime, longest: timedelta) -> None:
    session = await repository.find_session(unit, heard.session_id)
    if session is None or session.state not in RUNNING:
        return
    last = known.registers[-1].at if known.registers else None
    _show(session, [one for one in heard.meter_values if last is None or one.measured_at >= last])
    if session.progress_said_at is None or now - session.progress_said_at >= _AT_MOST_EVERY:
        await _say_progress(unit, session, known, now, longest)


def _show(session: SessionRow, meter_values: Iterable[MeterValue]) -> None:
    for meter_value in meter_values:
        power_w = _total(meter_value, POWER_IMPORT)
        state_of_charge = _total(meter_value, STATE_OF_CHARGE)
        session.power_w = power_w if power_w is not None else session.power_w
        if state_of_charge is not None:
            session.state_of_charge_percent = state_of_charge


async def _say_progress(unit: Unit, session: SessionRow, known: Known, now: datetime, longest: timedelta) -> None:
    assert session.started_at is not None
    readings = [point for point in known.registers if point.at >= session.started_at]
    measured, start_wh, end_wh = measure(session.start_wh, None, readings)
    session.energy_wh, session.updated_at, session.progress_said_at = measured.energy_wh, now, now
    if session.tariff is not None:
        shape = SessionShape(
            started_at=session.started_at,
            ended_at=readings[-1].at if readings else session.started_at,
            start_wh=start_wh,
            end_wh=end_wh,
            readings=readings,
            pauses=known.pauses,
        )
        cost = cost_of(session.tariff, shape, timezone=session.timezone)
        session.cost_excl_vat, session.cost_incl_vat = cost.total_excl_vat, cost.total_incl_vat
        session.currency = cost.currency
    if is_reached(session, at=readings[-1].at if readings else now, longest=longest):
        session.must_stop = True
    await unit.publish(_updated(session, session.started_at, now), key=session.id, now=now)


def _updated(session: SessionRow, started_at: datetime, now: datetime) -> ChargingSessionUpdated:
    return ChargingSessionUpdated(
        session_id=session.id,
        station_id=StationId(session.station_id),
        evse=session.evse or 1,
        transaction_id=TransactionId(session.transaction_id),
        driver_id=DriverId(session.driver_id) if session.driver_id else None,
        started_at=started_at,
        updated_at=now,
        energy_wh=session.energy_wh,
        power_w=session.power_w,
        state_of_charge_percent=session.state_of_charge_percent,
        cost_excl_vat=session.cost_excl_vat,
        cost_incl_vat=session.cost_incl_vat,
        currency=session.currency,
    )


def _total(meter_value: MeterValue, measurand: str) -> Decimal | None:
    """The value of all phases: as it was measured, else the sum of the phases."""
    found = [reading for reading in meter_value.readings if reading.measurand == measurand]
    total = next((reading.value for reading in found if reading.phase is None), None)
    if total is not None:
        return _decimal(total)
    phases = [value for reading in found if (value := _decimal(reading.value)) is not None]
    return sum(phases, Decimal(0)) if phases else None


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
