"""Firmware that the station offers to others, as a local controller does (OCPP 2.0.1 L03, L04).

A download that fails is tried again as often as the order says.
"""

from collections.abc import Callable, Mapping

from protocol.blocks.firmware.machine import PUBLICATION
from protocol.blocks.firmware.messages import (
    PublicationStatus,
    PublishFirmware,
    PublishFirmwareStatusNotification,
    UnpublishFirmware,
)
from protocol.domain.commands import CommandReply
from simulator.files import KNOWN_SCHEMES, scheme_of
from simulator.state import Alarm, StationState
from simulator.stores import Job

_DOWNLOAD_S, _VERIFY_S, _PUBLISH_S, _LOOK_AGAIN_S, _RETRY_S = 20.0, 2.0, 1.0, 10.0, 30
_DIGEST_LENGTH = 32
_HEX = frozenset("0123456789abcdef")
PublicationJob = Job[PublishFirmware, PublicationStatus]
_UNDER_WAY = frozenset(
    (
        PublicationStatus.IDLE,
        PublicationStatus.DOWNLOADING,
        PublicationStatus.DOWNLOADED,
        PublicationStatus.CHECKSUM_VERIFIED,
    )
)


def on_publish(state: StationState, message: PublishFirmware, now: float) -> CommandReply:
    """The download begins; one under way is given up for it. What is no place or no MD5 digest is rejected."""
    is_digest = len(message.checksum) == _DIGEST_LENGTH and set(message.checksum.lower()) <= _HEX
    if not is_digest or scheme_of(message.location) not in KNOWN_SCHEMES:
        return CommandReply(status="Rejected", reason="InvalidOrder")
    state.publication = Job(message, PublicationStatus.IDLE)
    state.set_alarm(Alarm.PUBLICATION, now)
    return CommandReply(status="Accepted")


def on_unpublish(state: StationState, message: UnpublishFirmware, _now: float) -> CommandReply:
    """It is offered no longer; a download cannot be stopped."""
    job, checksum = state.publication, message.checksum.lower()
    if job is not None and job.order.checksum.lower() == checksum and job.status in _UNDER_WAY:
        return CommandReply(status="DownloadOngoing")
    if checksum not in state.published:
        return CommandReply(status="NoFirmware")
    state.published = state.published - {checksum}
    return CommandReply(status="Unpublished")


def on_due(state: StationState, now: float) -> None:
    """The next step of the publication is done."""
    job = state.publication
    if job is not None and job.status in _STEPS:
        _STEPS[job.status](state, job, now)


def say_status(state: StationState, *, is_triggered: bool = False) -> None:
    """How far the publication has come, and where the firmware is once it is published."""
    job = state.publication
    if not state.is_online:
        return
    status = PublicationStatus.IDLE if job is None else job.status
    is_published = job is not None and status is PublicationStatus.PUBLISHED
    message = PublishFirmwareStatusNotification(
        status,
        request_id=None if job is None else job.order.request_id,
        locations=(_place_of(state, job.order.checksum),) if job is not None and is_published else (),
    )
    state.post(message, is_triggered=is_triggered)


def _download(state: StationState, job: PublicationJob, now: float) -> None:
    state.transfer(job, job.order.location)
    _move(state, job, PublicationStatus.DOWNLOADING, now, wait_s=_DOWNLOAD_S)


def _end_download(state: StationState, job: PublicationJob, now: float) -> None:
    transfer = job.transfer
    if transfer is None or not transfer.is_over:
        state.set_alarm(Alarm.PUBLICATION, now + _LOOK_AGAIN_S)
    elif not transfer.failure:
        _move(state, job, PublicationStatus.DOWNLOADED, now, wait_s=_VERIFY_S)
    elif job.failures < (job.order.retries or 0):
        job.failures += 1
        job.status = PublicationStatus.IDLE
        state.set_alarm(Alarm.PUBLICATION, now + (job.order.retry_interval_s or _RETRY_S))
    else:
        _move(state, job, PublicationStatus.DOWNLOAD_FAILED, now)


def _verify(state: StationState, job: PublicationJob, now: float) -> None:
    fetched = None if job.transfer is None else job.transfer.fetched
    if fetched is not None and fetched.md5.hex() != job.order.checksum.lower():
        _move(state, job, PublicationStatus.INVALID_CHECKSUM, now)
    else:
        _move(state, job, PublicationStatus.CHECKSUM_VERIFIED, now, wait_s=_PUBLISH_S)


def _publish(state: StationState, job: PublicationJob, now: float) -> None:
    state.published = state.published | {job.order.checksum.lower()}
    _move(state, job, PublicationStatus.PUBLISHED, now)


_STEPS: Mapping[PublicationStatus, Callable[[StationState, PublicationJob, float], None]] = {
    PublicationStatus.IDLE: _download,
    PublicationStatus.DOWNLOADING: _end_download,
    PublicationStatus.DOWNLOADED: _verify,
    PublicationStatus.CHECKSUM_VERIFIED: _publish,
}


def _move(
    state: StationState, job: PublicationJob, status: PublicationStatus, now: float, *, wait_s: float | None = None
) -> None:
    job.status = PUBLICATION.advance(job.status, status)
    say_status(state)
    if wait_s is not None:
        state.set_alarm(Alarm.PUBLICATION, now + wait_s)


def _place_of(state: StationState, checksum: str) -> str:
    return f"http://{state.plan.station_id}.local/firmware/{checksum.lower()}"
