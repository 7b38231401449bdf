"""Words about who is let in."""

from enum import StrEnum


class RefusalCause(StrEnum):
    """Why a connection did not become a session: a word for each thing that somebody can put right."""

    NOT_HTTP = "not_http"
    NOT_WEBSOCKET = "not_websocket"
    WRONG_PATH = "wrong_path"
    UNKNOWN_STATION = "unknown_station"
    MISSING_PASSWORD = "missing_password"  # noqa: S105 - a cause, no secret
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a cause, no secret
    WRONG_USER = "wrong_user"
    PROFILE_TOO_LOW = "profile_too_low"
    CLIENT_CERTIFICATE = "client_certificate"
    NO_COMMON_SUBPROTOCOL = "no_common_subprotocol"
    TLS_FAILED = "tls_failed"
    TLS_ON_PLAIN_PORT = "tls_on_plain_port"
    PLAIN_ON_TLS_PORT = "plain_on_tls_port"
    HEAD_TOO_SLOW = "head_too_slow"
    HEAD_TOO_LARGE = "head_too_large"
    PLATFORM_AWAY = "platform_away"
    LOCKED_OUT = "locked_out"
    TOO_OFTEN = "too_often"
    NODE_BUSY = "node_busy"
    CERTIFICATE_REVOKED = "certificate_revoked"
