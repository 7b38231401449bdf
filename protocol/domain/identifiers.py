"""Names of things: tenants, stations, transactions, and the tokens that people present.

Invariants:
1. An IdToken's clear value never travels on the bus: `TokenRef` does, and two spellings of one token have one ref.
2. A transaction is known by (tenant, station, transaction id); no shorter key is unique.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

import msgspec

TenantId = NewType("TenantId", str)
StationId = NewType("StationId", str)
TransactionId = NewType("TransactionId", str)
DriverId = NewType("DriverId", str)

DEFAULT_TENANT = TenantId("default")


class IdTokenType(StrEnum):
    """What an IdToken is (OCPP 2.1 §2 IdTokenEnumStringType; open there, closed here).

    UNSPECIFIED is what OCPP 1.6 says: nothing.
    """

    UNSPECIFIED = "Unspecified"
    CENTRAL = "Central"
    EMAID = "eMAID"
    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    KEY_CODE = "KeyCode"
    LOCAL = "Local"
    MAC_ADDRESS = "MacAddress"
    NO_AUTHORIZATION = "NoAuthorization"
    DIRECT_PAYMENT = "DirectPayment"
    EVCCID = "EVCCID"
    VIN = "VIN"


@dataclass(frozen=True, slots=True, order=True)
class StationKey:
    """A station within its tenant: two tenants may both own a CP001."""

    tenant: TenantId
    station: StationId

    def __str__(self) -> str:
        return f"{self.tenant}/{self.station}"


class IdToken(msgspec.Struct, frozen=True):
    """A token as it was presented. Its value stays in memory and in identity; it is never logged."""

    value: str
    type: IdTokenType = IdTokenType.UNSPECIFIED

    def __repr__(self) -> str:
        return f"IdToken({self.mask}, {self.type})"

    @property
    def mask(self) -> str:
        """The last three characters, for people who compare a card with a screen."""
        return f"…{self.value[-3:]}" if len(self.value) > 3 else "…"

    def ref(self, tenant_key: bytes) -> str:
        """The token's name on the bus: HMAC-SHA256 over type and value, 128 bits in hex.

        Case is folded, for an identifierString has none (OCPP 2.0.1 §2.1; OCPP 1.6 §7.27).
        """
        message = f"{self.type}|{self.value.upper()}".encode()
        return hmac.new(tenant_key, message, hashlib.sha256).hexdigest()[:32]


class TokenRef(msgspec.Struct, frozen=True):
    """An IdToken as facts carry it."""

    ref: str
    mask: str
    type: IdTokenType


def tenant_token_key(master_key: bytes, tenant: TenantId) -> bytes:
    """The key under which one tenant's tokens are referred to; a leak of it names no other tenant's tokens."""
    return hmac.new(master_key, b"id-token|" + tenant.encode(), hashlib.sha256).digest()


def refer_to(token: IdToken, tenant_key: bytes) -> TokenRef:
    """The token's reference with its mask and type."""
    return TokenRef(ref=token.ref(tenant_key), mask=token.mask, type=token.type)
