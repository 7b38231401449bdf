"""Bodies of commands for those who keep stations running: firmware, logs, certificates (see `command_bodies.py`)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID, some_id
from protocol.blocks.certificates.messages import DeleteCertificate, GetInstalledCertificates, InstallCertificate
from protocol.blocks.diagnostics.messages import GetDiagnostics, GetLog, LogKind
from protocol.blocks.firmware.messages import SignedUpdateFirmware, UpdateFirmware
from protocol.domain.certificates import CertificateHashData, CertificateUse

Location = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[a-z]+://")]


class FirmwareBody(Body):
    """Run this firmware; with a certificate and a signature by 1.6's security extension or 2.x."""

    location: Location
    retrieve_at: AwareDatetime
    install_at: AwareDatetime | None = None
    signing_certificate: str | None = Field(default=None, max_length=5500)
    signature: str | None = Field(default=None, max_length=800)
    retries: int | None = Field(default=None, ge=0)
    retry_interval_s: int | None = Field(default=None, ge=0)
    request_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def message(self) -> UpdateFirmware | SignedUpdateFirmware:
        """The command."""
        if self.signing_certificate is None or self.signature is None:
            return UpdateFirmware(
                location=self.location,
                retrieve_at=self.retrieve_at,
                request_id=self.request_id,
                retries=self.retries,
                retry_interval_s=self.retry_interval_s,
                install_at=self.install_at,
            )
        return SignedUpdateFirmware(
            location=self.location,
            retrieve_at=self.retrieve_at,
            install_at=self.install_at,
            signing_certificate=self.signing_certificate,
            signature=self.signature,
            request_id=self.request_id,
            retries=self.retries,
            retry_interval_s=self.retry_interval_s,
        )


class DiagnosticsBody(Body):
    """Upload what was logged; without a location, to us."""

    location: Location | None = None
    oldest_at: AwareDatetime | None = None
    latest_at: AwareDatetime | None = None
    retries: int | None = Field(default=None, ge=0)
    retry_interval_s: int | None = Field(default=None, ge=0)

    def message(self, location: str) -> GetDiagnostics:
        """The command, by 1.6's older action."""
        return GetDiagnostics(
            location=location,
            oldest_at=self.oldest_at,
            latest_at=self.latest_at,
            retries=self.retries,
            retry_interval_s=self.retry_interval_s,
        )


class LogBody(DiagnosticsBody):
    """The same by 1.6's security extension or 2.x, for either log."""

    kind: LogKind = LogKind.DIAGNOSTICS
    request_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def order(self, location: str) -> GetLog:
        """The command."""
        return GetLog(
            location=location,
            kind=self.kind,
            request_id=self.request_id,
            oldest_at=self.oldest_at,
            latest_at=self.latest_at,
            retries=self.retries,
            retry_interval_s=self.retry_interval_s,
        )


class InstallCertificateBody(Body):
    """Trust this root, PEM."""

    use: CertificateUse
    certificate: str = Field(min_length=1, max_length=5500)

    def message(self) -> InstallCertificate:
        """The command."""
        return InstallCertificate(self.use, self.certificate)


class DeleteCertificateBody(Body):
    """Trust it no longer; hashes and serial number in hex, as the station listed them."""

    algorithm: str = Field(pattern=r"^SHA(256|384|512)$")
    issuer_name_hash: str = Field(max_length=128)
    issuer_key_hash: str = Field(max_length=128)
    serial_number: str = Field(max_length=40)

    def message(self) -> DeleteCertificate:
        """The command."""
        return DeleteCertificate(CertificateHashData(**self.model_dump()))


class InstalledCertificatesBody(Body):
    """Which roots does the station trust? 1.6 answers for one use at a time."""

    uses: list[CertificateUse] = Field(default=[])

    def message(self) -> GetInstalledCertificates:
        """The command."""
        return GetInstalledCertificates(tuple(self.uses))
