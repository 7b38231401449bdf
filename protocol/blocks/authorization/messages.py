"""What a station asks about a token, and the CSMS about what it remembers."""

from enum import StrEnum

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.certificates import CertificateHashData
from protocol.domain.identifiers import IdToken
from protocol.domain.tariff import Tariff


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
    chain itself, or as the chain, PEM, where the CSMS is to do it. `hears_tariff`: the answer may carry a tariff.
    """

    id_token: IdToken
    contract_certificate: str | None = None
    contract_chain: tuple[RevocationQuestion, ...] = ()
    hears_tariff: bool = False


class AuthorizeReply(msgspec.Struct, frozen=True):
    """The verdict, what became of a contract certificate where one was shown, and the driver's own tariff (2.1 I08)."""

    id_token_info: IdTokenInfo
    contract_status: ContractStatus | None = None
    tariff: Tariff | None = None


class ClearCache(msgspec.Struct, frozen=True):
    """The CSMS asks the station to forget every verdict that it remembers (OCPP 1.6 §5.4; OCPP 2.0.1 C11)."""
