"""What identity alone can make and read: keys of its own, derived from one secret, for sealing and for one-time codes.

Invariants:
1. A one-time code follows from its id: it is stored nowhere, and no event or log has it.
2. What is sealed opens for the account that it was sealed for, and for no other.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backoffice.identity.errors import SealBroken
from protocol.domain.identifiers import TenantId

_NONCE_BYTES = 12
# 50 bits, with few tries for each: typed from a mail in one go.
_CODE_LENGTH = 10


class Vault:
    """Seals secrets at rest (AES-256-GCM) and computes one-time codes (HMAC-SHA256)."""

    def __init__(self, secret: str) -> None:
        self._sealing = AESGCM(_derive(secret, b"chargeyard identity sealing"))
        self._code_key = _derive(secret, b"chargeyard identity one-time codes")

    def seal(self, plain: bytes, *, tenant: TenantId, account_id: str) -> bytes:
        """`plain`, for nobody but us to read."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, plain, _bound_to(tenant, account_id))

    def open(self, sealed: bytes, *, tenant: TenantId, account_id: str) -> bytes:
        """What was sealed for this account. Raises SealBroken."""
        try:
            return self._sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(tenant, account_id))
        except InvalidTag as error:
            raise SealBroken from error

    def code_of(self, tenant: TenantId, code_id: str) -> str:
        """The one-time code of this id: letters and digits, none that reads like another."""
        digest = hmac.digest(self._code_key, f"{tenant}|{code_id}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode()[:_CODE_LENGTH]


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _bound_to(tenant: TenantId, account_id: str) -> bytes:
    return f"{tenant}|{account_id}".encode()
