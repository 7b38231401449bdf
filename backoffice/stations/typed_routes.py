"""The typed commands by REST: lower-case names, the same in every OCPP version."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, status as http
from fastapi.responses import JSONResponse

from backoffice.kit.service import provided
from backoffice.stations.command_bodies import (
    LARGEST_ID,
    AssignmentsBody,
    AvailabilityBody,
    CancelReservationBody,
    ClearCacheBody,
    DataTransferBody,
    LocalListBody,
    LocalListVersionBody,
    ReserveBody,
    ResetBody,
    StopBody,
    TriggerBody,
    UnlockBody,
    VariablesBody,
)
from backoffice.stations.command_desk import QUEUED, DeskDep, PromptDeskDep, StationsDep, tell_password
from backoffice.stations.command_schemas import (
    CommandView,
    DataTransferView,
    InstalledCertificatesView,
    LocalListVersionView,
    VariablesSetView,
    VariablesView,
)
from backoffice.stations.credentials import Credentials
from backoffice.stations.item_limits import ask_in_pieces
from backoffice.stations.limit_bodies import ClearLimitsBody, LimitBody, StartBody
from backoffice.stations.limits import highest_foreign_id
from backoffice.stations.maintenance_bodies import (
    DeleteCertificateBody,
    FirmwareBody,
    InstallCertificateBody,
    InstalledCertificatesBody,
)

CredentialsDep = Annotated[Credentials, Depends(provided(Credentials))]

router = APIRouter(prefix="/stations/{station_id}/commands", tags=["commands"])


@router.post("/start", response_model=CommandView, responses=QUEUED)
async def start(body: StartBody, desk: DeskDep) -> CommandView | JSONResponse:
    """RequestStartTransaction (1.6 RemoteStartTransaction)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/stop", response_model=CommandView, responses=QUEUED)
async def stop(body: StopBody, desk: DeskDep) -> CommandView | JSONResponse:
    """RequestStopTransaction (1.6 RemoteStopTransaction)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/unlock", response_model=CommandView, responses=QUEUED)
async def unlock(body: UnlockBody, desk: DeskDep) -> CommandView | JSONResponse:
    """UnlockConnector."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/reset", response_model=CommandView, responses=QUEUED)
async def reset(body: ResetBody, desk: DeskDep) -> CommandView | JSONResponse:
    """Reset."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/availability", response_model=CommandView, responses=QUEUED)
async def availability(body: AvailabilityBody, desk: DeskDep) -> CommandView | JSONResponse:
    """ChangeAvailability."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/trigger", response_model=CommandView, responses=QUEUED)
async def trigger(body: TriggerBody, desk: DeskDep) -> CommandView | JSONResponse:
    """TriggerMessage (1.6 also ExtendedTriggerMessage)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/get_variables", response_model=VariablesView, responses=QUEUED)
async def get_variables(body: VariablesBody, desk: DeskDep, stations: StationsDep) -> VariablesView | JSONResponse:
    """GetVariables (1.6 GetConfiguration), in as many messages as the station takes at once."""
    return await ask_in_pieces(desk, stations, body.message(), VariablesView.of)


@router.post("/set_variables", response_model=VariablesSetView, responses=QUEUED)
async def set_variables(body: AssignmentsBody, desk: DeskDep, stations: StationsDep) -> VariablesSetView | JSONResponse:
    """SetVariables (1.6 ChangeConfiguration), in as many messages as the station takes at once."""
    return await ask_in_pieces(desk, stations, body.message(), VariablesSetView.of)


@router.post("/clear_cache", response_model=CommandView, responses=QUEUED)
async def clear_cache(body: ClearCacheBody, desk: DeskDep) -> CommandView | JSONResponse:
    """ClearCache."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/reserve", response_model=CommandView, responses=QUEUED)
async def reserve(body: ReserveBody, desk: DeskDep) -> CommandView | JSONResponse:
    """ReserveNow."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/cancel_reservation", response_model=CommandView, responses=QUEUED)
async def command_cancel_reservation(body: CancelReservationBody, desk: DeskDep) -> CommandView | JSONResponse:
    """CancelReservation."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/limit", response_model=CommandView, responses=QUEUED)
async def limit(body: LimitBody, desk: DeskDep, stations: StationsDep) -> CommandView | JSONResponse:
    """SetChargingProfile."""
    async with stations.database.snapshot(desk.tenant) as unit:
        above = await highest_foreign_id(unit, desk.station.id, most=LARGEST_ID - 1)
    return await desk.ask(body.message(above=above), CommandView.of)


@router.post("/clear_limits", response_model=CommandView, responses=QUEUED)
async def clear_limits(body: ClearLimitsBody, desk: DeskDep) -> CommandView | JSONResponse:
    """ClearChargingProfile."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/get_local_list_version", response_model=LocalListVersionView, responses=QUEUED)
async def get_local_list_version(body: LocalListVersionBody, desk: DeskDep) -> LocalListVersionView | JSONResponse:
    """GetLocalListVersion."""
    return await desk.ask(body.message(), LocalListVersionView.of)


@router.post("/send_local_list", response_model=CommandView, responses=QUEUED)
async def send_local_list(body: LocalListBody, desk: DeskDep) -> CommandView | JSONResponse:
    """SendLocalList."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/update_firmware", response_model=CommandView, responses=QUEUED)
async def update_firmware(body: FirmwareBody, desk: DeskDep) -> CommandView | JSONResponse:
    """UpdateFirmware (1.6 also SignedUpdateFirmware)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/data_transfer", response_model=DataTransferView, responses=QUEUED)
async def data_transfer(body: DataTransferBody, desk: DeskDep) -> DataTransferView | JSONResponse:
    """DataTransfer."""
    return await desk.ask(body.message(), DataTransferView.of)


@router.post("/install_certificate", response_model=CommandView, responses=QUEUED)
async def install_certificate(body: InstallCertificateBody, desk: DeskDep) -> CommandView | JSONResponse:
    """InstallCertificate."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/delete_certificate", response_model=CommandView, responses=QUEUED)
async def delete_certificate(body: DeleteCertificateBody, desk: DeskDep) -> CommandView | JSONResponse:
    """DeleteCertificate."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/get_installed_certificates", response_model=InstalledCertificatesView, responses=QUEUED)
async def get_installed_certificates(
    body: InstalledCertificatesBody, desk: DeskDep
) -> InstalledCertificatesView | JSONResponse:
    """GetInstalledCertificateIds."""
    return await desk.ask(body.message(), InstalledCertificatesView.of)


@router.post("/rotate_password", status_code=http.HTTP_204_NO_CONTENT)
async def rotate_password(desk: PromptDeskDep, credentials: CredentialsDep) -> None:
    """A new password that only the station is told (2.x BasicAuthPassword, 1.6 AuthorizationKey)."""
    await credentials.rotate(desk.key, partial(tell_password, desk))
