"""What notifications is told."""

from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationInfo, field_validator

from backoffice.kit.settings import SecretStr, Settings, shared


class NotificationsSettings(Settings):
    """Each `NOTIFICATIONS_` and its name, but for TOKEN_KEY. Lengths of time are in seconds.

    Mail goes by SMTP where there is an `smtp_host`, else as files into `mail_folder`, else nowhere, which the log of
    deliveries says. `smtp_security`: `starttls` refuses a server that offers none, `tls` is TLS from the first byte,
    `none` is for a server on this machine. `mail_from` is the address of the sender; replies go to `mail_reply_to`.
    `mails_per_hour` is what one person gets at most, and as many urgent ones beside them.

    `app_url`: where people find what a mail speaks of; without it mails have no links. `brand` signs them.
    `default_language` and `default_timezone` are those of people who said none.

    `push_contact`: whom a push service may ask (RFC 8292 §2.1), a mailto: or https: address. `vapid_private_key`: 32
    bytes in URL-safe base64; without it the key derives from TOKEN_KEY. Browsers are subscribed to its public half.

    `allow_private_addresses` is for development: webhooks and push services on this machine, and without TLS.
    `send_timeout_s`: how long who receives something may take. `secret_overlap_s`: as long signs a webhook's former
    secret too.

    `offline_after_s`: a station that is back by then was never away. `repeat_after_s`: the same is not said of the
    same thing again before. `keep_days`: how long the log and the inboxes last.
    """

    prefix: ClassVar[str] = "NOTIFICATIONS_"

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    mail_folder: Path | None = None
    mail_from: str = Field(default="Chargeyard <no-reply@localhost>", pattern=r"^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$")
    mail_reply_to: str | None = Field(default=None, pattern=r"^[^\s@<>]+@[^\s@<>]+$")
    mails_per_hour: int = Field(default=20, ge=1)

    app_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*)?$")
    brand: str = Field(default="Chargeyard", min_length=1, max_length=60)
    default_language: Literal["en", "de"] = "en"
    default_timezone: str = "Europe/Berlin"

    token_key: SecretStr = shared("TOKEN_KEY", min_length=16)
    vapid_private_key: SecretStr | None = None
    push_contact: str = Field(default="mailto:no-reply@localhost", pattern=r"^(mailto:|https://).+$")

    allow_private_addresses: bool = False
    send_timeout_s: float = Field(default=10.0, gt=0, le=60)
    secret_overlap_s: int = Field(default=86_400, ge=0)

    offline_after_s: int = Field(default=300, ge=0)
    repeat_after_s: int = Field(default=3_600, ge=0)
    keep_days: int = Field(default=90, ge=1)

    @field_validator("default_timezone")
    @classmethod
    def _must_be_a_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("it is no time zone such as Europe/Berlin")
        return name

    @field_validator("smtp_password")
    @classmethod
    def _must_not_travel_in_the_clear(cls, password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if password is not None and info.data.get("smtp_security") == "none":
            raise ValueError("a password needs NOTIFICATIONS_SMTP_SECURITY of starttls or tls")
        return password
