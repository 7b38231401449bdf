"""What a station asks of a certificate authority."""

import msgspec


class CertificateSigningRequested(msgspec.Struct, frozen=True):
    """The station waits for a certificate for `request` (PKCS #10, PEM), which holds no secret."""

    request: str
