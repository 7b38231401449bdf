"""The one-time passwords that stations put into QR codes (OCPP 2.1 C25).

The hash is RFC 6238's with HMAC-SHA256, over the number of the interval; its bytes become characters of an alphabet
instead of decimal digits, from an offset on that the last byte says.

Invariants:
1. A password is right in its own interval and in the two beside it: clocks differ, and people take their time.
2. How long a comparison takes says nothing of how much of a password was right.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OFFSET = 0x0F


def interval_hash(secret: str, at: datetime, *, validity_s: int) -> bytes:
    """HMAC-SHA256 over the number of the interval since 1970, as eight bytes (RFC 6238 §4.2)."""
    number = int(at.timestamp()) // validity_s
    return hmac.new(secret.encode(), number.to_bytes(8, "big"), hashlib.sha256).digest()


def one_time_password(secret: str, at: datetime, *, validity_s: int, length: int) -> str:
    """The password of the interval that `at` is in."""
    digest = interval_hash(secret, at, validity_s=validity_s)
    offset = digest[-1] & _OFFSET
    return "".join(ALPHABET[digest[(offset + place) % len(digest)] % len(ALPHABET)] for place in range(length))


def is_right(password: str, secret: str, at: datetime, *, validity_s: int, length: int) -> bool:
    """Whether it is the password of this interval, the one before or the one after."""
    intervals = (at + timedelta(seconds=step * validity_s) for step in (-1, 0, 1))
    passwords = [one_time_password(secret, one, validity_s=validity_s, length=length) for one in intervals]
    # A sum, for `any` would stop at the first that is right.
    return sum(hmac.compare_digest(password.encode(), one.encode()) for one in passwords) > 0
