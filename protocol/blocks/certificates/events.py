"""What a station asks of a certificate authority."""

import msgspec

from protocol.domain.certificates import SigningUse


class CertificateSigningRequested(msgspec.Struct, frozen=True):
    """The station waits for a certificate for `request` (PKCS #10, PEM), which holds no secret. `use`: for what."""

    request: str
    use: SigningUse | None = None
    request_id: int | None = None
