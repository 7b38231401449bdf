"""One-time passwords of QR codes: RFC 6238's hash, and the characters of the published reference implementation.

Source: https://github.com/OpenChargingCloud/DynamicQRCodes (Apache-2.0), whose tests name the passwords here.
"""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.domain.totp import interval_hash, is_right, one_time_password

RFC_SECRET = "12345678901234567890123456789012"
SECRET, AT = "secure!Charging!", datetime(2024, 5, 23, 0, 23, 5, tzinfo=UTC)
BEFORE, NOW, AFTER = "MdPU0jCm5tXz", "CN63y502maVh", "dI54vnA25m2h"


@pytest.mark.parametrize(
    ("at_s", "digits"),
    [
        (59, "46119246"),
        (1111111109, "68084774"),
        (1111111111, "67062674"),
        (1234567890, "91819424"),
        (2000000000, "90698825"),
        (20000000000, "77737706"),
    ],
)
def test_hash_is_that_of_rfc_6238(at_s: int, digits: str) -> None:
    """Appendix B, SHA256: its digits are made of the hash as RFC 4226 §5.3 says."""
    digest = interval_hash(RFC_SECRET, datetime.fromtimestamp(at_s, tz=UTC), validity_s=30)
    offset = digest[-1] & 0x0F

    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF

    assert f"{number % 10**8:08}" == digits


@pytest.mark.parametrize(
    ("validity_s", "length", "password"),
    [(30, 12, NOW), (30, 23, "CN63y502maVhAsv27Sd7JlE"), (60, 12, "XJZr0L1DGKn0")],
)
def test_characters_are_those_of_the_reference_implementation(validity_s: int, length: int, password: str) -> None:
    assert one_time_password(SECRET, AT, validity_s=validity_s, length=length) == password


@pytest.mark.parametrize("password", [BEFORE, NOW, AFTER])
def test_intervals_beside_this_one_are_right_too(password: str) -> None:
    assert is_right(password, SECRET, AT, validity_s=30, length=12)


@pytest.mark.parametrize("steps", [-2, 2])
def test_intervals_further_away_are_wrong(steps: int) -> None:
    far = one_time_password(SECRET, AT + steps * timedelta(seconds=30), validity_s=30, length=12)

    assert not is_right(far, SECRET, AT, validity_s=30, length=12)


@pytest.mark.parametrize("password", ["", NOW[:-1], NOW + "x", NOW.lower(), "é" * 12])
def test_other_texts_are_wrong(password: str) -> None:
    assert not is_right(password, SECRET, AT, validity_s=30, length=12)
