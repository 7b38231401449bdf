"""What stations is told."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from backoffice.kit.settings import SecretStr, Settings, shared


class StationsSettings(Settings):
    """`credential_pepper` keys the hashes of stations' passwords; the gateway has it too. `token_key` is the master key
    under which number plates are referred to on the bus, as IdTokens are: each with a key that is derived from it.

    `station_url` and `tls_station_url` are what stations are told to call, up to `/ocpp`; the gateway is behind them.
    `ca_cert_file` and `ca_key_file`: what signs stations' certificates; without them nobody does.
    `certificate_renewal`: how long before the end a station is asked to renew. `reads_after_boot`:
    ask a station for its variables whenever it has booted. `upload_url`: where stations upload logs to, up to
    `/api/v1`; without it an order for a log has to say where. `upload_limit_bytes` and `uploads_kept` are bounds.
    `reports_kept`: reports in parts; `customer_reports_kept`: those about a customer, which hold personal data;
    `events_kept`: what monitors saw.
    `plans_charging`: make a profile for a vehicle that says what it needs. `ev_certificates`: who provides contract
    certificates and their status; `test` answers by itself, and no vehicle will believe it. `v2g_ca_cert_file` and
    `v2g_ca_key_file`: what signs stations' certificates of ISO 15118, where that is another authority.
    `web_payment_failures_allowed`: wrong one-time passwords at a station within five minutes, where REDIS_URL is given.
    `place_url`: where drivers find a place, followed by `/evse/…` or `/bay/…`: what printed QR codes say.
    `credential_overlap`: how long an old password is right after its station accepted a new one.
    """

    prefix: ClassVar[str] = "STATIONS_"

    token_key: SecretStr = shared("TOKEN_KEY", min_length=16)
    credential_pepper: SecretStr = shared("CREDENTIAL_PEPPER", min_length=16)
    command_timeout_s: float = Field(default=30.0, gt=0)
    price_timeout_s: float = Field(default=0.5, gt=0)
    redis_url: str | None = shared("REDIS_URL", default=None)
    web_payment_failures_allowed: int = Field(default=20, ge=1)
    heartbeat_interval_s: int = Field(default=300, ge=10)
    station_url: str | None = Field(default=None, pattern=r"^wss?://[^/]+/ocpp$")
    tls_station_url: str | None = Field(default=None, pattern=r"^wss://[^/]+/ocpp$")
    credential_overlap: timedelta = timedelta(days=1)
    ca_cert_file: Path | None = None
    ca_key_file: Path | None = None
    v2g_ca_cert_file: Path | None = None
    v2g_ca_key_file: Path | None = None
    certificate_lifetime: timedelta = timedelta(days=365)
    certificate_renewal: timedelta = timedelta(days=30)
    ev_certificates: Literal["none", "test"] = "none"
    plans_charging: bool = False
    reads_after_boot: bool = False
    commands_kept: timedelta = timedelta(days=90)
    place_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$", max_length=200)
    upload_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*)?/api/v1$")
    upload_limit_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    upload_wait: timedelta = timedelta(hours=6)
    uploads_kept: timedelta = timedelta(days=30)
    reports_kept: timedelta = timedelta(days=30)
    customer_reports_kept: timedelta = timedelta(days=7)
    events_kept: timedelta = timedelta(days=90)

    @model_validator(mode="after")
    def _authority_is_whole(self) -> Self:
        if (self.ca_cert_file is None) != (self.ca_key_file is None):
            raise ValueError("STATIONS_CA_CERT_FILE and STATIONS_CA_KEY_FILE belong together")
        if (self.v2g_ca_cert_file is None) != (self.v2g_ca_key_file is None):
            raise ValueError("STATIONS_V2G_CA_CERT_FILE and STATIONS_V2G_CA_KEY_FILE belong together")
        return self
