"""Stations and events as the control shows them. Looking changes nothing: meters are shown as they were last read."""

from simulator.control.conditions import condition_of
from simulator.control.panel import Panel
from simulator.control.schemas import (
    EventView,
    EvseView,
    LimitView,
    StationView,
    SummaryView,
    TransactionView,
    VehicleModelView,
)
from simulator.evse import Evse, Transaction
from simulator.fleet import FleetEvent, FleetSummary
from simulator.running import RunningStation
from simulator.state import StationState
from simulator.vehicle import VEHICLE_MODELS

_MILLIWATTS_PER_W = 1000
_MS_PER_S = 1000


def show_station(running: RunningStation, panel: Panel) -> StationView:
    """The station and its EVSEs now."""
    plan, state = running.plan, running.state
    return StationView(
        tenant=plan.tenant,
        station_id=plan.station_id,
        site=plan.site,
        version=plan.version,
        model=plan.model,
        condition=condition_of(running),
        registration=state.registration,
        url=running.url,
        last_failure=running.last_failure,
        to_say=sum(1 for _ in state.outbox),
        faults=list(panel.faults.current(running)),
        evses=[_show_evse(evse, state) for evse in state.evses],
    )


def show_event(event: FleetEvent) -> EventView:
    """What happened, and its transaction as it is now."""
    plan, notice = event.station.plan, event.notice
    return EventView(
        at=event.at,
        tenant=plan.tenant,
        station_id=plan.station_id,
        happening=notice.happening,
        evse=notice.evse,
        detail=notice.detail,
        transaction=_show_transaction(notice.transaction),
    )


def show_summary(summary: FleetSummary) -> SummaryView:
    """The fleet in numbers."""
    return SummaryView.model_validate(summary, from_attributes=True)


def show_vehicles() -> list[VehicleModelView]:
    """The classes of cars that can be plugged in."""
    return [VehicleModelView.model_validate(model, from_attributes=True) for model in VEHICLE_MODELS]


def _show_evse(evse: Evse, state: StationState) -> EvseView:
    status, charging_state = evse.status
    vehicle = evse.vehicle
    return EvseView(
        evse=evse.number,
        status=status,
        charging_state=charging_state,
        vehicle=None if vehicle is None else vehicle.model.name,
        soc=None if vehicle is None else round(vehicle.soc, 4),
        power_w=evse.meter.power_mw / _MILLIWATTS_PER_W,
        register_wh=evse.meter.register_wh,
        metered_at=state.instant(evse.meter.read_at_ms / _MS_PER_S),
        transaction=_show_transaction(evse.transaction),
    )


def _show_transaction(transaction: Transaction | None) -> TransactionView | None:
    if transaction is None:
        return None
    limit = transaction.limit
    return TransactionView(
        local_id=transaction.local_id,
        transaction_id=transaction.transaction_id,
        id_token=transaction.id_token.value,
        started_at=transaction.started_at,
        start_register_wh=transaction.start_register_wh,
        ended_at=transaction.ended_at,
        energy_wh=transaction.energy_wh,
        stopped_reason=transaction.stopped_reason,
        cost=transaction.cost,
        limit=None if limit is None else LimitView.model_validate(limit, from_attributes=True),
        is_start_acknowledged=transaction.is_start_acknowledged,
        is_end_acknowledged=transaction.is_end_acknowledged,
    )
