"""What the gateway asks of the back office about certificates; the answers are what the station hears."""

import msgspec

from protocol.domain.certificates import EvCertificateAction, OcspQuestion
from protocol.domain.identifiers import StationId, TenantId


class AskCertificateStatus(msgspec.Struct, frozen=True):
    """A station asks whether a certificate is revoked."""

    tenant: TenantId
    station: StationId
    question: OcspQuestion


class AskEvCertificate(msgspec.Struct, frozen=True):
    """A vehicle at a station asks for its contract certificate; EXI in Base64."""

    tenant: TenantId
    station: StationId
    schema: str
    action: EvCertificateAction
    exi_request: str
