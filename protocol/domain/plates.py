"""Number plates, which leave the service that heard them as keyed hashes only."""

import hashlib
import hmac
import unicodedata

from protocol.domain.identifiers import TenantId


def tenant_plate_key(master_key: bytes, tenant: TenantId) -> bytes:
    """The key under which one tenant's plates are referred to; it is none of those of IdTokens."""
    return hmac.new(master_key, b"plate|" + tenant.encode(), hashlib.sha256).digest()


def plate_ref(plate: str, tenant_key: bytes) -> str:
    """The plate's name on the bus: HMAC-SHA256, 128 bits in hex. However it is spaced and spelled, it is the same."""
    return hmac.new(tenant_key, plain_plate(plate).encode(), hashlib.sha256).hexdigest()[:32]


def plain_plate(plate: str) -> str:
    """Its letters and digits alone, in capitals; empty where there are none."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", plate).upper() if letter.isalnum())
