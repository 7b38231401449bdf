"""What the CSMS asks a station to run, and how far it has come."""

from datetime import datetime
from enum import StrEnum

import msgspec


class FirmwareOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What both orders say. `retries` and `retry_interval_s` None: as the station likes.

    `request_id` comes back in the status where the version has a place for it. Installed at `install_at`, or at once.
    """

    location: str
    retrieve_at: datetime
    request_id: int = 0
    retries: int | None = None
    retry_interval_s: int | None = None
    install_at: datetime | None = None


class UpdateFirmware(FirmwareOrder, frozen=True, kw_only=True):
    """Firmware that nobody vouches for (OCPP 1.6 §5.19, OCPP 2.0.1 L02). 1.6 has no place for the request id."""


class SignedUpdateFirmware(FirmwareOrder, frozen=True, kw_only=True):
    """Firmware with a signature by the holder of `signing_certificate`, PEM (OCPP 2.0.1 L01)."""

    signing_certificate: str
    signature: str


class PublishFirmware(msgspec.Struct, frozen=True, kw_only=True):
    """A local controller is to offer this firmware to the stations behind it (2.x). `checksum`: MD5 in hex."""

    location: str
    checksum: str
    request_id: int
    retries: int | None = None
    retry_interval_s: int | None = None


class UnpublishFirmware(msgspec.Struct, frozen=True):
    """It is to offer it no longer. Answered Unpublished, DownloadOngoing or NoFirmware (OCPP 2.0.1 L04)."""

    checksum: str


class FirmwareStatus(StrEnum):
    """OCPP 2.0.1 §3 FirmwareStatusEnumType."""

    IDLE = "Idle"
    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOADING = "Downloading"
    DOWNLOAD_PAUSED = "DownloadPaused"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOADED = "Downloaded"
    SIGNATURE_VERIFIED = "SignatureVerified"
    INVALID_SIGNATURE = "InvalidSignature"
    INSTALL_SCHEDULED = "InstallScheduled"
    INSTALLING = "Installing"
    INSTALL_REBOOTING = "InstallRebooting"
    INSTALL_VERIFICATION_FAILED = "InstallVerificationFailed"
    INSTALLATION_FAILED = "InstallationFailed"
    INSTALLED = "Installed"


class FirmwareReport(msgspec.Struct, frozen=True):
    """How far it has come. `request_id` is None where nothing was ordered, and always in 1.6's plain message."""

    status: FirmwareStatus
    request_id: int | None = None


class FirmwareStatusNotification(FirmwareReport, frozen=True):
    """Of an update that nobody signed; in 2.x of any (OCPP 1.6 §4.5)."""


class SignedFirmwareStatusNotification(FirmwareReport, frozen=True):
    """Of a signed update, where the version has a message of its own for it (OCPP 1.6 Security whitepaper L01)."""


class PublicationStatus(StrEnum):
    """OCPP 2.0.1 §3 PublishFirmwareStatusEnumType."""

    IDLE = "Idle"
    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOADING = "Downloading"
    DOWNLOAD_PAUSED = "DownloadPaused"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOADED = "Downloaded"
    CHECKSUM_VERIFIED = "ChecksumVerified"
    INVALID_CHECKSUM = "InvalidChecksum"
    PUBLISH_FAILED = "PublishFailed"
    PUBLISHED = "Published"


class PublishFirmwareStatusNotification(msgspec.Struct, frozen=True):
    """How far a publication has come. `locations` are where the firmware is offered, once it is published."""

    status: PublicationStatus
    request_id: int | None = None
    locations: tuple[str, ...] = ()
