"""How a station's password is kept: as a keyed hash, for it is long, random and checked at every connect."""

import hashlib
import hmac
import secrets


def credential_hash(password: bytes, *, pepper: bytes) -> str:
    """HMAC-SHA256 in hex. Argon2 is for what people choose; this is a secret of at least 16 random characters."""
    return hmac.new(pepper, password, hashlib.sha256).hexdigest()


def credential_matches(password: bytes, expected_hash: str, *, pepper: bytes) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(credential_hash(password, pepper=pepper), expected_hash)


def credential_name(hashed: str) -> str:
    """Enough of a credential's hash to tell two passwords of one station apart, and of no use to guess either."""
    return hashed[:8]


def new_station_password() -> str:
    """20 random characters, which a 1.6 AuthorizationKey holds (Security whitepaper §3); they survive every field."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(20))
