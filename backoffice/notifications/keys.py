"""Keys that derive from the installation's own: one to seal webhooks' secrets with, one to show push services.

A webhook's secret has to be had in the clear to sign with it, so it is sealed in its row: whoever reads the database
alone signs nothing.
"""

import base64
import secrets

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET_PREFIX = "whsec_"  # noqa: S105 - how one begins
_SECRET_BYTES = 32
_KEY_BYTES = 32
# The order of P-256 (FIPS 186-5): a private key is below it.
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Seal:
    """Seals texts for the database, and opens them."""

    def __init__(self, token_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(token_key, b"webhook secrets", _KEY_BYTES)))

    def close(self, secret: str) -> bytes:
        """The text, which nobody reads without the key."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The text. Raises cryptography's InvalidToken where TOKEN_KEY is another than it was sealed with."""
        return self._fernet.decrypt(sealed).decode()


def new_webhook_secret() -> str:
    """A fresh secret as Standard Webhooks spells one."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def vapid_key(token_key: str, given: str | None) -> ec.EllipticCurvePrivateKey:
    """The key that we sign for push services with: the one that was given, else the installation's own (RFC 8292).

    Raises ValueError for one that is no private key of P-256.
    """
    if given is not None:
        number = int.from_bytes(bytes_of(given))
    else:
        # Eight bytes more than a key has, so that all keys are alike probable (FIPS 186-5 A.2.1).
        number = int.from_bytes(_derive(token_key, b"vapid key", _KEY_BYTES + 8)) % (_P256_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Its public half as browsers take it: the uncompressed point in URL-safe base64 without padding."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """What URL-safe base64 stands for, with padding or without. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_subscription_key(public_key: str, auth_secret: str) -> bool:
    """Whether a browser can have made these: a point of P-256, and 16 bytes (RFC 8291 §3.1, §3.2)."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(public_key))
        return len(bytes_of(auth_secret)) == 16
    except ValueError:
        return False


def _derive(token_key: str, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"chargeyard notifications " + purpose).derive(token_key.encode())
