"""How far an update or a publication has come, as a station reports it.

Invariants:
1. A report always stands; what the table lacks is flagged as a surprise (OCPP 1.6 §4.5, OCPP 2.0.1 L01).
2. Nothing is installed that was not downloaded; an unsigned update skips the signature.
3. After an end the station is idle, or another update begins. Another order begins anew, whatever went before.
4. Nothing is published whose checksum was not verified (OCPP 2.0.1 L03).
"""

from collections.abc import Mapping

from protocol.blocks.firmware.messages import FirmwareStatus as Status, PublicationStatus as Publication
from protocol.domain.state_table import StateTable

_BEGINS = (Status.DOWNLOAD_SCHEDULED, Status.DOWNLOADING)
_AT_REST = (Status.IDLE, *_BEGINS)
_INSTALLS = (Status.INSTALL_SCHEDULED, Status.INSTALLING, Status.INSTALL_REBOOTING, Status.INSTALLATION_FAILED)

_AFTER: Mapping[Status, tuple[Status, ...]] = {
    Status.IDLE: _BEGINS,
    Status.DOWNLOAD_SCHEDULED: (Status.DOWNLOADING, Status.DOWNLOAD_FAILED),
    Status.DOWNLOADING: (Status.DOWNLOADED, Status.DOWNLOAD_PAUSED, Status.DOWNLOAD_FAILED),
    Status.DOWNLOAD_PAUSED: (Status.DOWNLOADING, Status.DOWNLOAD_FAILED),
    Status.DOWNLOAD_FAILED: _AT_REST,
    Status.DOWNLOADED: (Status.SIGNATURE_VERIFIED, Status.INVALID_SIGNATURE, *_INSTALLS),
    Status.SIGNATURE_VERIFIED: _INSTALLS,
    Status.INVALID_SIGNATURE: _AT_REST,
    Status.INSTALL_SCHEDULED: (Status.INSTALLING, Status.INSTALL_REBOOTING, Status.INSTALLATION_FAILED),
    Status.INSTALLING: (
        Status.INSTALLED,
        Status.INSTALL_REBOOTING,
        Status.INSTALLATION_FAILED,
        Status.INSTALL_VERIFICATION_FAILED,
    ),
    Status.INSTALL_REBOOTING: (
        Status.INSTALLING,
        Status.INSTALLED,
        Status.INSTALLATION_FAILED,
        Status.INSTALL_VERIFICATION_FAILED,
    ),
    Status.INSTALL_VERIFICATION_FAILED: (Status.INSTALLATION_FAILED, *_AT_REST),
    Status.INSTALLATION_FAILED: _AT_REST,
    Status.INSTALLED: _AT_REST,
}
TRANSITIONS: Mapping[Status, Mapping[Status, Status]] = {
    state: {following: following for following in after} for state, after in _AFTER.items()
}

FIRMWARE: StateTable[Status, Status] = StateTable("firmware", TRANSITIONS)
"""The trigger is the report itself."""

_PUBLICATION_BEGINS = (Publication.DOWNLOAD_SCHEDULED, Publication.DOWNLOADING)
_PUBLICATION_AT_REST = (Publication.IDLE, *_PUBLICATION_BEGINS)
_AFTER_PUBLICATION: Mapping[Publication, tuple[Publication, ...]] = {
    Publication.IDLE: _PUBLICATION_BEGINS,
    Publication.DOWNLOAD_SCHEDULED: (Publication.DOWNLOADING, Publication.DOWNLOAD_FAILED),
    Publication.DOWNLOADING: (Publication.DOWNLOADED, Publication.DOWNLOAD_PAUSED, Publication.DOWNLOAD_FAILED),
    Publication.DOWNLOAD_PAUSED: (Publication.DOWNLOADING, Publication.DOWNLOAD_FAILED),
    Publication.DOWNLOAD_FAILED: _PUBLICATION_AT_REST,
    Publication.DOWNLOADED: (Publication.CHECKSUM_VERIFIED, Publication.INVALID_CHECKSUM),
    Publication.CHECKSUM_VERIFIED: (Publication.PUBLISHED, Publication.PUBLISH_FAILED),
    Publication.INVALID_CHECKSUM: _PUBLICATION_AT_REST,
    Publication.PUBLISH_FAILED: _PUBLICATION_AT_REST,
    Publication.PUBLISHED: _PUBLICATION_AT_REST,
}
PUBLICATION: StateTable[Publication, Publication] = StateTable(
    "publication",
    {state: {following: following for following in after} for state, after in _AFTER_PUBLICATION.items()},
)
"""The same for PublishFirmware."""
