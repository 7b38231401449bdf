"""Commands and answers as the record shows them: without what opens doors.

Invariants:
1. The value of a variable whose name is a secret's, a password field and the password of a URL are never shown.
2. Of a token its last three characters are shown, as elsewhere.
"""

import re
from typing import Any

import msgspec

from protocol.bus.commands import RawAnswer, RawCall
from protocol.domain.identifiers import IdToken

SECRET_NAMES = frozenset({"authorizationkey", "basicauthpassword", "password", "apnpassword"})
"""Names of variables and of fields, without regard to case and underscores."""
_TOKEN_FIELDS = frozenset({"idtag", "parentidtag", "idtoken", "groupidtoken"})
_NAME_FIELDS = ("key", "variable", "name")
_VALUE_FIELDS = frozenset({"value", "attributevalue"})
_VPN_FIELDS = frozenset({"key"})  # beside a password: the pre-shared key of OCPP 2.0.1 §2 VPNType
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_HIDDEN = "…"

Json = Any  # Any: JSON


def masked(message: msgspec.Struct) -> Json:
    """A command, for the record."""
    if isinstance(message, RawCall):
        return _mask(msgspec.json.decode(message.payload))
    return _mask(msgspec.to_builtins(message))


def masked_answer(answer: msgspec.Struct) -> Json:
    """A station's answer, for the record."""
    return _mask(msgspec.json.decode(answer.payload) if isinstance(answer, RawAnswer) else msgspec.to_builtins(answer))


def _mask(value: Json) -> Json:
    if isinstance(value, dict):
        is_secret = any(_names_a_secret(value.get(field)) for field in _NAME_FIELDS)
        hidden = _VALUE_FIELDS if is_secret else _VPN_FIELDS if "password" in value else frozenset()
        return {field: _mask_field(field, inner, hidden=hidden) for field, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(inner) for inner in value]
    return _URL_LOGIN.sub("", value) if isinstance(value, str) else value


def _mask_field(field: str, value: Json, *, hidden: frozenset[str]) -> Json:
    plain = field.replace("_", "").lower()
    if plain in hidden or (plain in SECRET_NAMES and isinstance(value, str)):
        return _HIDDEN
    if plain in _TOKEN_FIELDS:
        return _mask_token(value)
    return _mask(value)


def _names_a_secret(name: Json) -> bool:
    if isinstance(name, dict):  # 2.x: {"name": …}; ours: {"variable": …}
        return any(_names_a_secret(name.get(field)) for field in _NAME_FIELDS)
    return isinstance(name, str) and name.lower() in SECRET_NAMES


def _mask_token(value: Json) -> Json:
    if isinstance(value, str):
        return IdToken(value).mask
    if isinstance(value, dict):
        return {
            field: IdToken(inner).mask if field in ("value", "idToken") and isinstance(inner, str) else inner
            for field, inner in value.items()
        }
    return value
