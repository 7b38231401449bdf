"""Settings are read by prefix, and everything that is wrong is said at once without its value."""

from typing import ClassVar

import pytest
from pydantic import Field, SecretStr

from backoffice.kit.settings import InvalidSettings, PlatformSettings, Settings, read_settings, shared

PLATFORM = {"DATABASE_URL": "postgresql+asyncpg://x@/y", "NATS_URL": "nats://z", "AUTH_PUBLIC_KEY": "key"}


class ParkingSettings(Settings):
    prefix: ClassVar[str] = "PARKING_"

    keep_days: int = Field(default=30, ge=1)
    provider_key: SecretStr
    token_key: SecretStr = shared("TOKEN_KEY", min_length=8)


def test_values_come_by_prefix_and_shared_ones_without() -> None:
    environ = {**PLATFORM, "PARKING_KEEP_DAYS": "3", "PARKING_PROVIDER_KEY": "p", "TOKEN_KEY": "long enough"}

    settings = read_settings([PlatformSettings, ParkingSettings], environ).of(ParkingSettings)

    assert settings.keep_days == 3
    assert settings.token_key.get_secret_value() == "long enough"


def test_all_problems_are_named_in_one_error_and_no_secret_is() -> None:
    with pytest.raises(InvalidSettings) as invalid:
        read_settings(
            [PlatformSettings, ParkingSettings], {"PARKING_KEEP_DAYS": "0", "TOKEN_KEY": "short", "NATS_URL": ""}
        )

    names = [line.partition(":")[0] for line in invalid.value.problems]
    assert names == [
        "DATABASE_URL",
        "NATS_URL",
        "AUTH_PUBLIC_KEY",
        "PARKING_KEEP_DAYS",
        "PARKING_PROVIDER_KEY",
        "TOKEN_KEY",
    ]
    assert "short" not in str(invalid.value).replace("shorter", "").replace("too short", "")
