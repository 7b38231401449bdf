"""What stations is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import SecretStr, Settings, shared


class StationsSettings(Settings):
    """`credential_pepper` keys the hashes of stations' passwords; the gateway has it too."""

    prefix: ClassVar[str] = "STATIONS_"

    credential_pepper: SecretStr = shared("CREDENTIAL_PEPPER", min_length=16)
    command_timeout_s: float = Field(default=30.0, gt=0)
    price_timeout_s: float = Field(default=0.5, gt=0)
    heartbeat_interval_s: int = Field(default=300, ge=10)
