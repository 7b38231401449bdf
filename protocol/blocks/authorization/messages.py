"""What a station asks about a token, and the CSMS about what it remembers."""

from enum import StrEnum

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.certificates import CertificateHashData
from protocol.domain.identifiers import IdToken


class RevocationQuestion(msgspec.Struct, frozen=True):
    """A certificate whose issuer's OCSP responder knows whether it was revoked (OCPP 2.0.1 §2 OCSPRequestDataType)."""

    hash_data: CertificateHashData
    responder_url: str


class ContractStatus(StrEnum):
    """What became of a contract certificate (OCPP 2.0.1 §3 AuthorizeCertificateStatusEnumType)."""

    ACCEPTED = "Accepted"
    SIGNATURE_ERROR = "SignatureError"
    CERTIFICATE_EXPIRED = "CertificateExpired"
    CERTIFICATE_REVOKED = "CertificateRevoked"
    NO_CERTIFICATE_AVAILABLE = "NoCertificateAvailable"
    CERT_CHAIN_ERROR = "CertChainError"
    CONTRACT_CANCELLED = "ContractCancelled"


class Authorize(msgspec.Struct, frozen=True):
    """May this token charge here?

    A vehicle's token comes with its contract certificate (C07): as the chain's names, where the station checked the
    chain itself, or as the chain, PEM, where the CSMS is to do it.
    """

    id_token: IdToken
    contract_certificate: str | None = None
    contract_chain: tuple[RevocationQuestion, ...] = ()


class AuthorizeReply(msgspec.Struct, frozen=True):
    """The verdict, and what became of a contract certificate where one was shown."""

    id_token_info: IdTokenInfo
    contract_status: ContractStatus | None = None


class ClearCache(msgspec.Struct, frozen=True):
    """The CSMS asks the station to forget every verdict that it remembers (OCPP 1.6 §5.4; OCPP 2.0.1 C11)."""
