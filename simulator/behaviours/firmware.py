"""New firmware, step by step (OCPP 1.6 §4.5, §5.19; Security whitepaper L01; OCPP 2.0.1 L01, L02).

A download that fails is tried again as often as the order says. A signature is checked against the file and its
certificate; where files are imagined (`simulator.files`) it holds. Installing waits until nobody charges; then the
version is the file's name, and the station boots again.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

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
from simulator.behaviours import network, provisioning
from simulator.files import Transfer
from simulator.state import Alarm, StationState
from simulator.stores import Job

_DOWNLOAD_S, _VERIFY_S, _INSTALL_S, _LOOK_AGAIN_S, _RETRY_S = 20.0, 2.0, 15.0, 10.0, 30
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
    state.transfer(job, job.order.location)
    _move(state, job, FirmwareStatus.DOWNLOADING, now, wait_s=_DOWNLOAD_S)


def _end_download(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    transfer = job.transfer
    if transfer is None or not transfer.is_over:
        state.set_alarm(Alarm.FIRMWARE, now + _LOOK_AGAIN_S)
    elif not transfer.failure:
        _move(state, job, FirmwareStatus.DOWNLOADED, now, wait_s=_VERIFY_S)
    elif job.failures < (job.order.retries or 0):
        job.failures += 1
        job.status = FirmwareStatus.IDLE
        state.set_alarm(Alarm.FIRMWARE, now + (job.order.retry_interval_s or _RETRY_S))
    else:
        _move(state, job, FirmwareStatus.DOWNLOAD_FAILED, now)


def _verify(state: StationState, job: Job[FirmwareOrder, FirmwareStatus], now: float) -> None:
    if not isinstance(job.order, SignedUpdateFirmware):
        _install(state, job, now)
        return
    if not _is_signed(job.order, job.transfer):
        _move(state, job, FirmwareStatus.INVALID_SIGNATURE, now)
        network.say_security_event(state, "InvalidFirmwareSignature", now, job.order.location)
        return
    wait_s = 0.0 if job.order.install_at is None else _seconds_until(state, job.order.install_at, now)
    _move(state, job, FirmwareStatus.SIGNATURE_VERIFIED, now, wait_s=max(wait_s, _VERIFY_S))


def _is_signed(order: SignedUpdateFirmware, transfer: Transfer | None) -> bool:
    """Whether the holder of the certificate signed the file, by SHA-256 (OCPP 2.0.1 L01)."""
    if transfer is None or transfer.fetched is None:
        return True
    key = x509.load_pem_x509_certificate(order.signing_certificate.encode()).public_key()
    try:
        signature = base64.b64decode(order.signature, validate=True)
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, transfer.fetched.sha256, ECDSA(Prehashed(SHA256())))
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, transfer.fetched.sha256, PSS(MGF1(SHA256()), PSS.AUTO), Prehashed(SHA256()))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


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
