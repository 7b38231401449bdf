"""Firmware that the station offers to others, as a local controller does (OCPP 2.0.1 L03, L04)."""

from collections.abc import Callable, Mapping
from hashlib import md5

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

_DOWNLOAD_S, _VERIFY_S, _PUBLISH_S = 20.0, 2.0, 1.0
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
        status, wait_s = _STEPS[job.status](state, job)
        job.status = PUBLICATION.advance(job.status, status)
        say_status(state)
        if wait_s is not None:
            state.set_alarm(Alarm.PUBLICATION, now + wait_s)


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


def _download(state: StationState, job: PublicationJob) -> tuple[PublicationStatus, float | None]:
    state.transfer(job, job.order.location)
    return PublicationStatus.DOWNLOADING, _DOWNLOAD_S


def _end_download(_state: StationState, job: PublicationJob) -> tuple[PublicationStatus, float | None]:
    if job.transfer is None or job.transfer.failure or not job.transfer.is_over:
        return PublicationStatus.DOWNLOAD_FAILED, None
    return PublicationStatus.DOWNLOADED, _VERIFY_S


def _verify(_state: StationState, job: PublicationJob) -> tuple[PublicationStatus, float | None]:
    fetched = None if job.transfer is None else job.transfer.fetched
    # MD5 is what the standard wants; nothing is trusted for it.
    if fetched is not None and md5(fetched, usedforsecurity=False).hexdigest() != job.order.checksum.lower():
        return PublicationStatus.INVALID_CHECKSUM, None
    return PublicationStatus.CHECKSUM_VERIFIED, _PUBLISH_S


def _publish(state: StationState, job: PublicationJob) -> tuple[PublicationStatus, float | None]:
    state.published = state.published | {job.order.checksum.lower()}
    return PublicationStatus.PUBLISHED, None


_STEPS: Mapping[PublicationStatus, Callable[[StationState, PublicationJob], tuple[PublicationStatus, float | None]]] = {
    PublicationStatus.IDLE: _download,
    PublicationStatus.DOWNLOADING: _end_download,
    PublicationStatus.DOWNLOADED: _verify,
    PublicationStatus.CHECKSUM_VERIFIED: _publish,
}


def _place_of(state: StationState, checksum: str) -> str:
    return f"http://{state.plan.station_id}.local/firmware/{checksum.lower()}"
