"""New firmware, step by step (OCPP 1.6 §4.5, §5.19; Security whitepaper L01; OCPP 2.0.1 L01, L02).

The file is imagined: nothing is downloaded, and a signature holds. A place without a scheme that stations know fails.
Installing waits until nobody charges; then the version is the file's name, and the station boots again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509

from protocol.blocks.firmware.machine import FIRMWARE
from protocol.blocks.firmware.messages import (
    FirmwareOrder,
    FirmwareStatus,
    FirmwareStatusNotification,
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    UpdateFirmware,
)
from protocol.blocks.provisioning.messages import BootReason
from protocol.domain.commands import CommandReply
from simulator.behaviours import provisioning
from simulator.state import Alarm, StationState
from simulator.stores import Job

KNOWN_SCHEMES = frozenset(("http", "https", "ftp", "ftps", "sftp"))
_DOWNLOAD_S, _VERIFY_S, _INSTALL_S, _LOOK_AGAIN_S = 20.0, 2.0, 15.0, 10.0
_ENDS = frozenset(
    (FirmwareStatus.INSTALLED, FirmwareStatus.DOWNLOAD_FAILED, FirmwareStatus.INVALID_SIGNATURE, FirmwareStatus.IDLE)
)


def on_update(state: StationState, message: UpdateFirmware, now: float) -> CommandReply:
    """The update begins when it is due; one under way is given up for it."""
    _order(state, message, now)
    return CommandReply(status="Accepted")


def on_signed_update(state: StationState, message: SignedUpdateFirmware, now: float) -> CommandReply:
    """The same, if the certificate is one."""
    try:
        x509.load_pem_x509_certificate(message.signing_certificate.encode())
    except ValueError:
        return CommandReply(status="InvalidCertificate")
    is_canceled = state.firmware is not None and state.firmware.status not in _ENDS
    _order(state, message, now)
    return CommandReply(status="AcceptedCanceled" if is_canceled else "Accepted")


def on_due(state: StationState, now: float) -> None:
    """The next step of the update is done."""
    job = state.firmware
    if job is not None:
        _STEPS[job.status](state, job, now)


def say_status(state: StationState, *, is_triggered: bool = False) -> None:
    """How far the update has come; after its end the station is idle (OCPP 1.6 §4.5)."""
    job = state.firmware
    status = FirmwareStatus.IDLE if job is None or job.status in _ENDS else job.status
    _say(state, job, status, is_triggered=is_triggered)


def _order(state: StationState, order: FirmwareOrder, now: float) -> None:
    state.firmware = Job(order, FirmwareStatus.IDLE)
    state.set_alarm(Alarm.FIRMWARE, now + _seconds_until(state, order.retrieve_at, now))


def _download(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    _move(state, job, FirmwareStatus.DOWNLOADING, now, wait_s=_DOWNLOAD_S)


def _end_download(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    if urlsplit(job.order.location).scheme in KNOWN_SCHEMES:
        _move(state, job, FirmwareStatus.DOWNLOADED, now, wait_s=_VERIFY_S)
    else:
        _move(state, job, FirmwareStatus.DOWNLOAD_FAILED, now)


def _verify(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    if not isinstance(job.order, SignedUpdateFirmware):
        _install(state, job, now)
        return
    wait_s = 0.0 if job.order.install_at is None else _seconds_until(state, job.order.install_at, now)
    _move(state, job, FirmwareStatus.SIGNATURE_VERIFIED, now, wait_s=max(wait_s, _VERIFY_S))


def _install(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    if state.is_charging:
        state.set_alarm(Alarm.FIRMWARE, now + _LOOK_AGAIN_S)
    else:
        _move(state, job, FirmwareStatus.INSTALLING, now, wait_s=_INSTALL_S)


def _end_install(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    if state.is_charging:
        state.set_alarm(Alarm.FIRMWARE, now + _LOOK_AGAIN_S)
        return
    name = urlsplit(job.order.location).path.rsplit("/", 1)[-1]
    state.firmware_version = (name.rsplit(".", 1)[0] or state.firmware_version)[:50]
    _move(state, job, FirmwareStatus.INSTALLED, now)
    state.boot_reason = BootReason.FIRMWARE_UPDATE
    provisioning.boot(state, now)


_STEPS: Mapping[FirmwareStatus, Callable[[StationState, Job[FirmwareOrder, FirmwareStatus], float], None]] = {
    FirmwareStatus.IDLE: _download,
    FirmwareStatus.DOWNLOADING: _end_download,
    FirmwareStatus.DOWNLOADED: _verify,
    FirmwareStatus.SIGNATURE_VERIFIED: _install,
    FirmwareStatus.INSTALLING: _end_install,
}


def _move(
    state: StationState,
    job: Job[FirmwareOrder, FirmwareStatus],
    status: FirmwareStatus,
    now: float,
    *,
    wait_s: float | None = None,
) -> None:
    job.status = FIRMWARE.advance(job.status, status)
    _say(state, job, status)
    if wait_s is not None:
        state.set_alarm(Alarm.FIRMWARE, now + wait_s)


def _say(
    state: StationState,
    job: Job[FirmwareOrder, FirmwareStatus] | None,
    status: FirmwareStatus,
    *,
    is_triggered: bool = False,
) -> None:
    if not state.is_online:
        return
    is_signed = job is not None and isinstance(job.order, SignedUpdateFirmware)
    kind = SignedFirmwareStatusNotification if is_signed else FirmwareStatusNotification
    # An idle station reports on no order (OCPP 2.0.1 L01.FR.20).
    request_id = None if job is None or status is FirmwareStatus.IDLE else job.order.request_id
    state.post(kind(status=status, request_id=request_id), is_triggered=is_triggered)


def _seconds_until(state: StationState, at: datetime, now: float) -> float:
    return max(0.0, (at - state.instant(now)) / timedelta(seconds=1))
