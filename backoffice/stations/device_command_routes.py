"""Typed commands about what a station is and watches: reports, monitors, customers, displays, networks (2.x)."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backoffice.stations.command_desk import QUEUED, DeskDep, StationsDep
from backoffice.stations.command_schemas import CommandView
from backoffice.stations.device_bodies import (
    BaseReportBody,
    ClearMessageBody,
    ClearMonitorsBody,
    CustomerInformationBody,
    CustomReportBody,
    DisplayMessageBody,
    DisplayMessagesBody,
    MonitoringBaseBody,
    MonitoringLevelBody,
    MonitoringReportBody,
    MonitorsBody,
    ReportBody,
)
from backoffice.stations.device_schemas import MonitorsClearedView, MonitorsSetView, OrderedReportView
from backoffice.stations.item_limits import ask_in_pieces
from backoffice.stations.network_bodies import NetworkProfileBody
from protocol.domain.commands import CommandReply

router = APIRouter(prefix="/stations/{station_id}/commands", tags=["commands"])


@router.post("/get_base_report", response_model=OrderedReportView, responses=QUEUED)
async def get_base_report(body: BaseReportBody, desk: DeskDep) -> OrderedReportView | JSONResponse:
    """GetBaseReport; the variables come to `/reports` and `/variables`."""
    return await desk.ask(body.message(), _ordered(body))


@router.post("/get_report", response_model=OrderedReportView, responses=QUEUED)
async def get_report(body: CustomReportBody, desk: DeskDep) -> OrderedReportView | JSONResponse:
    """GetReport; the variables come to `/reports` and `/variables`."""
    return await desk.ask(body.message(), _ordered(body))


@router.post("/set_network_profile", response_model=CommandView, responses=QUEUED)
async def set_network_profile(body: NetworkProfileBody, desk: DeskDep) -> CommandView | JSONResponse:
    """SetNetworkProfile."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/set_monitoring_base", response_model=CommandView, responses=QUEUED)
async def set_monitoring_base(body: MonitoringBaseBody, desk: DeskDep) -> CommandView | JSONResponse:
    """SetMonitoringBase."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/set_monitoring_level", response_model=CommandView, responses=QUEUED)
async def set_monitoring_level(body: MonitoringLevelBody, desk: DeskDep) -> CommandView | JSONResponse:
    """SetMonitoringLevel."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/set_variable_monitoring", response_model=MonitorsSetView, responses=QUEUED)
async def set_variable_monitoring(
    body: MonitorsBody, desk: DeskDep, stations: StationsDep
) -> MonitorsSetView | JSONResponse:
    """SetVariableMonitoring, in as many messages as the station takes at once."""
    return await ask_in_pieces(desk, stations, body.message(), MonitorsSetView.of)


@router.post("/clear_variable_monitoring", response_model=MonitorsClearedView, responses=QUEUED)
async def clear_variable_monitoring(
    body: ClearMonitorsBody, desk: DeskDep, stations: StationsDep
) -> MonitorsClearedView | JSONResponse:
    """ClearVariableMonitoring, in as many messages as the station takes at once."""
    return await ask_in_pieces(desk, stations, body.message(), MonitorsClearedView.of)


@router.post("/get_monitoring_report", response_model=OrderedReportView, responses=QUEUED)
async def get_monitoring_report(body: MonitoringReportBody, desk: DeskDep) -> OrderedReportView | JSONResponse:
    """GetMonitoringReport; the monitors come to `/reports` and `/monitors`."""
    return await desk.ask(body.message(), _ordered(body))


@router.post("/customer_information", response_model=OrderedReportView, responses=QUEUED)
async def customer_information(body: CustomerInformationBody, desk: DeskDep) -> OrderedReportView | JSONResponse:
    """CustomerInformation; what is reported comes to `/reports`, and is kept for a few days only."""
    return await desk.ask(body.message(), _ordered(body))


@router.post("/set_display_message", response_model=CommandView, responses=QUEUED)
async def set_display_message(body: DisplayMessageBody, desk: DeskDep) -> CommandView | JSONResponse:
    """SetDisplayMessage."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/get_display_messages", response_model=OrderedReportView, responses=QUEUED)
async def get_display_messages(body: DisplayMessagesBody, desk: DeskDep) -> OrderedReportView | JSONResponse:
    """GetDisplayMessages; the messages come to `/reports` and `/display_messages`."""
    return await desk.ask(body.message(), _ordered(body))


@router.post("/clear_display_message", response_model=CommandView, responses=QUEUED)
async def clear_display_message(body: ClearMessageBody, desk: DeskDep) -> CommandView | JSONResponse:
    """ClearDisplayMessage."""
    return await desk.ask(body.message(), CommandView.of)


def _ordered(body: ReportBody) -> Callable[[str, CommandReply], OrderedReportView]:
    def show(command_id: str, reply: CommandReply) -> OrderedReportView:
        return OrderedReportView.of(command_id, reply, request_id=body.request_id)

    return show
