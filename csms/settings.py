"""What the gateway can be told, from the environment; validated once, before anything starts."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from csms.errors import InvalidSettings
from protocol.domain.version import OcppVersion

# Shared with the back office, so without the prefix.
_SHARED = {
    "nats_url": "NATS_URL",
    "token_key": "TOKEN_KEY",
    "credential_pepper": "CREDENTIAL_PEPPER",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
}


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class CsmsSettings(BaseModel):
    """Names in the environment are upper case with the prefix `CSMS_`, but those that `_SHARED` names.

    Times are seconds. `unknown_stations`: refuse them with 404, or let them in as pending where a tenant has stations.
    `message_log`: every frame, those of exchanges that did not go as they should, or none.
    `tls_port`: a second listener, for security profiles 2 and 3; with `tls_client_ca_file` it verifies the certificates
    that stations show. `refusals_per_minute`: how many facts about refused connections this node may make.
    `contract_provider`: who judges the contract certificates of vehicles; with `none` nobody is let in by one, and
    `sandbox` believes any chain that holds together. `cost_timeout_s`: how long a station whose transaction has ended
    waits for what it cost; 0 asks nobody.
    `ev_certificate_timeout_s`: how long a vehicle's certificate, or all answers about a chain, are waited for; then the
    station hears Failed. `ocsp_max_age_s`: how old an OCSP answer may be that does not say when it is renewed.
    `accepts_per_second`: how many stations come in on average, and twice as many at once; `handshakes_at_once`: how
    many connections may be about to. `reconnects_per_minute` and `frames_per_second` (one of 4 KiB counts as two)
    are of one station alone, who is held off or read more slowly; `wrong_passwords` of a station and an address, before
    429 is the answer to further ones. 0 is any number.
    `otlp_endpoint`: who collects spans, by OTLP over HTTP; nobody where it is not set. `trace_charges`: how many starts
    and ends of transactions are traced, `trace_sample` how many other calls.
    `authorize_fallback`: what a station hears of a token when identity is silent and no cached verdict is there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nats_url: str
    token_key: SecretStr = Field(min_length=16)
    credential_pepper: SecretStr = Field(min_length=16)
    node: str = Field(default_factory=lambda: secrets.token_hex(4), pattern=r"^[A-Za-z0-9_-]+$")
    host: str = "127.0.0.1"
    port: int = Field(default=9000, ge=0, le=65535)
    tls_port: int | None = Field(default=None, ge=0, le=65535)
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    tls_client_ca_file: Path | None = None
    refusals_per_minute: int = Field(default=60, ge=0)
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(default=9100, ge=0, le=65535)
    transport: Literal["picows", "websockets"] = "picows"
    versions: Annotated[tuple[OcppVersion, ...], BeforeValidator(_split)] = (
        OcppVersion.V21,
        OcppVersion.V201,
        OcppVersion.V16,
    )
    unknown_stations: Literal["refuse", "pending"] = "refuse"
    authorize_timeout_s: float = Field(default=2.0, gt=0)
    vendor_timeout_s: float = Field(default=5.0, gt=0)
    ev_certificate_timeout_s: float = Field(default=10.0, gt=0)
    ocsp_max_age_s: float = Field(default=24 * 3600.0, gt=0)
    authorize_fallback: Literal["deny", "accept"] = "deny"
    contract_provider: Literal["none", "sandbox"] = "none"
    cost_timeout_s: float = Field(default=3.0, ge=0)
    publish_deadline_s: float = Field(default=8.0, gt=0)
    bus_patience_s: float = Field(default=10.0, gt=0)
    handshake_timeout_s: float = Field(default=10.0, gt=0)
    ping_interval_s: float = Field(default=60.0, gt=0)
    drain_s: float = Field(default=5.0, ge=0)
    max_frame_bytes: int = Field(default=256 * 1024, ge=1024)
    queued_calls: int = Field(default=64, ge=1)
    queued_commands: int = Field(default=16, ge=1)
    message_log: Literal["on", "errors", "off"] = "on"
    accepts_per_second: float = Field(default=2_000.0, ge=0)
    handshakes_at_once: int = Field(default=2_000, ge=1)
    reconnects_per_minute: int = Field(default=30, ge=0)
    wrong_passwords: int = Field(default=10, ge=0)
    frames_per_second: int = Field(default=200, ge=0)
    otlp_endpoint: str | None = None
    trace_sample: float = Field(default=0.01, ge=0, le=1)
    trace_charges: float = Field(default=0.05, ge=0, le=1)
    stream_replicas: int = Field(default=1, ge=1, le=5)

    @model_validator(mode="after")
    def _tls_is_whole(self) -> "CsmsSettings":
        if self.tls_port is not None and (self.tls_cert_file is None or self.tls_key_file is None):
            raise ValueError("CSMS_TLS_PORT needs CSMS_TLS_CERT_FILE and CSMS_TLS_KEY_FILE")
        return self


def read_settings(environment: Mapping[str, str]) -> CsmsSettings:
    """The settings in `environment`. Raises InvalidSettings, naming every problem by its variable."""
    values = {
        name: environment[variable]
        for name in CsmsSettings.model_fields
        if environment.get(variable := _variable(name))
    }
    known = {_variable(name) for name in CsmsSettings.model_fields}
    problems = [f"{name}: no such setting" for name in environment if name.startswith("CSMS_") and name not in known]
    try:
        settings = CsmsSettings.model_validate(values)
    except ValidationError as error:
        problems += [
            f"{_variable(str(row['loc'][0]))}: {row['msg']}" if row["loc"] else row["msg"]
            for row in error.errors(include_input=False)
        ]
        raise InvalidSettings(problems) from error
    if problems:
        raise InvalidSettings(problems)
    return settings


def _variable(name: str) -> str:
    return _SHARED.get(name, f"CSMS_{name.upper()}")
