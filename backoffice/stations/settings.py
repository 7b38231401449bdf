"""What stations is told."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import SecretStr, Settings, shared


class StationsSettings(Settings):
    """`credential_pepper` keys the hashes of stations' passwords; the gateway has it too.

    `station_url` and `tls_station_url` are what stations are told to call, up to `/ocpp`; the gateway is behind them.
    `credential_overlap`: how long an old password is right after its station accepted a new one.
    """

    prefix: ClassVar[str] = "STATIONS_"

    credential_pepper: SecretStr = shared("CREDENTIAL_PEPPER", min_length=16)
    command_timeout_s: float = Field(default=30.0, gt=0)
    price_timeout_s: float = Field(default=0.5, gt=0)
    heartbeat_interval_s: int = Field(default=300, ge=10)
    station_url: str | None = Field(default=None, pattern=r"^wss?://[^/]+/ocpp$")
    tls_station_url: str | None = Field(default=None, pattern=r"^wss://[^/]+/ocpp$")
    credential_overlap: timedelta = timedelta(days=1)
