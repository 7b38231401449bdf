"""What of a frame leaves the process: everything but secrets and the clear values of IdTokens.

Masked are, wherever they stand in a frame:

- `idTag`, `parentIdTag`, `idToken`, `idTokens`, `additionalIdToken`, `prioritizedEMAIDs`: the last three characters
  stay, for those who compare a card with a screen
- the value of the configuration keys and variables in `SECRET_VARIABLES` (ChangeConfiguration, GetConfiguration,
  SetVariables, GetVariables and their answers, NotifyReport, NotifyEvent)
- what a station says of a customer (NotifyCustomerInformation), whole, and how the operator calls one
- the contract certificate in Authorize, whose subject is a token
- members in `SECRET_MEMBERS` (SetNetworkProfile: basicAuthPassword, apn and vpn passwords, vpn key;
  Get15118EVCertificate: what a vehicle and its provider say to each other, with the contract in it)
- `user:password@` and tickets for uploads in the URLs of any text, and texts that hold a private key

Invariants:
1. A text without a secret comes out unchanged.
2. What is no JSON is masked by the names in its text, and rather too much than too little.
3. Time is linear in the text.
"""

import re
from typing import Any

from msgspec import DecodeError
from msgspec.json import Decoder, Encoder

MASK = "…"
SECRET_VARIABLES = frozenset(
    ("authorizationkey", "basicauthpassword", "identitypassword", "sharedsecret", "webpaymentssharedsecret")
)
SECRET_MEMBERS = frozenset(
    (
        "password",
        "basicauthpassword",
        "apnpassword",
        "simpin",
        "sharedsecret",
        "authorizationkey",
        "privatekey",
        "exirequest",
        "exiresponse",
        "customeridentifier",
    )
)
TOKEN_MEMBERS = frozenset(("idtag", "parentidtag", "idtoken", "idtokens", "additionalidtoken", "prioritizedemaids"))

# Actions whose requests and answers have none of the members above: their text is looked at, and not read again.
_WITHOUT_SECRETS = frozenset(
    (
        "BootNotification", "ChangeAvailability", "ClearCache", "ClearChargingProfile", "DiagnosticsStatusNotification",
        "FirmwareStatusNotification", "GetBaseReport", "GetCompositeSchedule", "Heartbeat", "LogStatusNotification",
        "MeterValues", "Reset", "StatusNotification", "TriggerMessage", "UnlockConnector",
    )
)  # fmt: skip
_PERSONAL = b"NotifyCustomerInformation"
_NAMING = ("key", "name", "variable")
_VALUES = frozenset(("value", "attributevalue", "actualvalue"))
_PRIVATE_KEY = "PRIVATE KEY"
_NESTED = 3  # JSON in a text in a text (DataTransfer)

_MEMBER_IN_TEXT = re.compile(
    r'("?(idTag|parentIdTag|idToken|additionalIdToken|customerIdentifier|password|user|basicAuthPassword|apnPassword|simPin|sharedSecret|privateKey|exiRequest|exiResponse)"?\s*+:\s*+)'
    r'("(?:[^"\\]|\\.)*+"?|[^\s,}\]{\["]++)',
    re.IGNORECASE | re.DOTALL,
)
_VALUE_IN_TEXT = re.compile(
    r'("?(?:value|attributeValue|actualValue)"?\s*+:\s*+)("(?:[^"\\]|\\.)*+"?|[^\s,}\]{\["]++)',
    re.IGNORECASE | re.DOTALL,
)
_VPN_KEY_IN_TEXT = re.compile(r'("?key"?\s*+:\s*+)("(?:[^"\\]|\\.)*+"?|[^\s,}\]{\["]++)', re.IGNORECASE | re.DOTALL)
_TOKENS_IN_TEXT = re.compile(r'("?(?:prioritizedEMAIDs|idTokens)"?\s*+:\s*+)\[[^\]]*+\]?', re.IGNORECASE)
_NUMBER_IN_TEXT = re.compile(r'"?[+-]?\d{1,12}(\.\d{0,6})?"?')
_SECRET_IN_TEXT = re.compile("|".join(sorted(SECRET_VARIABLES)), re.IGNORECASE)
_TICKET = re.compile(r"(/uploads/)[A-Za-z0-9_-]{20,}+")
_WORD = re.compile(r"[^\s\"']++")

# What stands in the names of secrets; an event without any of them needs no second look.
_HINTS = (b"token", b"idtag", b"passw", b"simpin", b"secret", b"authorization", b"private", b"vpn")
_LOWER = bytes(range(256)).lower()
_IN_NO_HINT = bytes(code for code in range(256) if _LOWER[code] not in b"".join(_HINTS))

_read = Decoder().decode
_write = Encoder().encode


def is_secret_variable(name: str) -> bool:
    """Whether the value of this configuration key or variable is a secret; stations compare names without case."""
    return name.strip().lower() in SECRET_VARIABLES


def mask_token(value: str) -> str:
    """The last three characters; nothing of a value that has no more."""
    return f"{MASK}{value[-3:]}" if len(value) > 3 else MASK


def mask_frame(text: bytes, action: str | None, *, is_closed: bool = False) -> bytes:
    """The frame's text without secrets, as JSON where it was JSON. `action` is None where it cannot be told.

    `is_closed`: it was read strictly, and so has no member that its schema does not name.
    """
    is_plain = not _has_mark_of_secret(text)
    if is_plain and (action in _WITHOUT_SECRETS or _is_plain_event(text, action, is_closed=is_closed)):
        return text
    try:
        frame = _read(text)
        masked = _mask_customer(frame) if _PERSONAL in text else _mask(frame, "", _NESTED)
        if action == "Authorize":
            masked = [_without_contract(part) for part in masked]
        return text if masked == frame else _write(masked)
    except (DecodeError, UnicodeError, RecursionError):
        return MASK.encode() if _PERSONAL in text else mask_text(text.decode("utf-8", "replace")).encode()


def _has_mark_of_secret(text: bytes) -> bool:
    """Whether it may have a URL with credentials, nested JSON, or a ticket for uploads."""
    # One byte is looked for first: it is found, or not, many times as fast as a word.
    return b"@" in text or b"\\" in text or (b"/" in text and b"/uploads/" in text)


def _is_plain_event(text: bytes, action: str | None, *, is_closed: bool) -> bool:
    """Whether it is a TransactionEvent, or its answer, in whose text no name of a secret stands: most have none."""
    if action != "TransactionEvent" or b"/" in text or not text.endswith(b"]"):
        return False
    if is_closed and not _may_name_secret(text):
        return True
    # Half of the text, and no hint less: only bytes that stand in none are left out, `_` of a name among them.
    letters = text.translate(_LOWER, _IN_NO_HINT)
    # One by one: a loop, or a pattern, costs three times as much, for each frame of every transaction.
    token, tag, password, pin, secret, authorization, private, vpn = _HINTS
    return not (
        token in letters
        or tag in letters
        or password in letters
        or pin in letters
        or secret in letters
        or authorization in letters
        or private in letters
        or vpn in letters
    )


def _may_name_secret(text: bytes) -> bool:
    """Whether a TransactionEvent that its schema accepts may hold a token, what a vendor added, or a private key."""
    return (
        (b"k" in text and b"idToken" in text)
        or (b"D" in text and b"customData" in text)
        or (b"K" in text and b"PRIVATE" in text)
    )


def _without_contract(part: Any) -> Any:  # Any: JSON
    """A contract certificate names its token, an eMAID (OCPP 2.0.1 C07)."""
    return {**part, "certificate": MASK} if isinstance(part, dict) and "certificate" in part else part


def mask_json(value: Any) -> Any:  # Any: JSON
    """JSON that was read already, in the wire's words or in ours, without secrets."""
    return _mask(value, "", _NESTED)


def mask_data(text: str) -> str:
    """A vendor's text without secrets, JSON where it is JSON (DataTransfer's `data`)."""
    return _mask_string(text, _NESTED) if text.lstrip()[:1] in ("{", "[") else mask_text(text)


def mask_text(text: str) -> str:
    """A text that is no JSON, without what stands behind the names of secrets."""
    if _PRIVATE_KEY in text:
        return MASK
    # Whose value it is may stand behind it, and may be cut off: only what a meter shows stays.
    keep = None if _SECRET_IN_TEXT.search(text) else _NUMBER_IN_TEXT
    text = _VALUE_IN_TEXT.sub(
        lambda found: found[0] if keep and keep.fullmatch(found[2]) else f'{found[1]}"{MASK}"', text
    )
    if "vpn" in text.lower():
        text = _VPN_KEY_IN_TEXT.sub(rf'\1"{MASK}"', text)
    text = _TOKENS_IN_TEXT.sub(rf'\1["{MASK}"]', text)
    return _mask_cut_url(_mask_urls(_MEMBER_IN_TEXT.sub(rf'\1"{MASK}"', text)))


def _mask_customer(frame: Any) -> Any:  # Any: JSON
    """The frame without any text that is not a time: a customer's data may be misspelt into another member."""
    if not isinstance(frame, list) or len(frame) < 3:
        return MASK
    return [*frame[:3], *(_mask_texts(value) for value in frame[3:])]


def _mask_texts(value: Any) -> Any:  # Any: JSON
    if isinstance(value, dict):
        return {name: said if name == "generatedAt" else _mask_texts(said) for name, said in value.items()}
    if isinstance(value, list):
        return [_mask_texts(one) for one in value]
    return MASK if isinstance(value, str) else value


def _mask(value: Any, member: str, depth: int) -> Any:  # Any: JSON
    if isinstance(value, dict):
        return _mask_members(value, member, depth)
    if isinstance(value, list):
        return [_mask(item, member, depth) for item in value]
    if member in SECRET_MEMBERS:
        return MASK
    if member in TOKEN_MEMBERS:
        return value if value is None or isinstance(value, bool) else mask_token(str(value))
    return _mask_string(value, depth) if isinstance(value, str) else value


def _mask_members(members: dict[str, Any], member: str, depth: int) -> dict[str, Any]:
    is_secret = _names_secret(members)
    masked = {}
    for name, value in members.items():
        lower = name.lower().replace("_", "")
        is_hidden = (is_secret and lower in _VALUES) or (member == "vpn" and lower in ("key", "user"))
        if is_secret and lower == "variableattribute":
            value = _hide_values(value)
        masked[name] = MASK if is_hidden else _mask(value, lower, depth)
    return masked


def _hide_values(attributes: Any) -> Any:  # Any: JSON
    """The attributes of a secret variable in NotifyReport, whose values stand one level below its name."""
    if not isinstance(attributes, list):
        return MASK
    return [{**item, "value": MASK} if isinstance(item, dict) and "value" in item else item for item in attributes]


def _names_secret(members: dict[str, Any]) -> bool:
    """Whether the object is about a secret variable: by its key, its name, or its `variable`."""
    named = [members.get(name) for name in _NAMING]
    # One level below in 2.x's words (`variable: {name}`), and in ours (`name: {variable}`).
    named += [one.get(name) for one in named if isinstance(one, dict) for name in _NAMING]
    return any(isinstance(name, str) and is_secret_variable(name) for name in named)


def _mask_string(text: str, depth: int) -> str:
    if _PRIVATE_KEY in text:
        return MASK
    if depth and text.lstrip()[:1] in ("{", "["):
        return _mask_nested(text, depth - 1)
    return _mask_urls(text)


def _mask_nested(text: str, depth: int) -> str:
    try:
        inner = _read(text)
        masked = _mask(inner, "", depth)
    except (DecodeError, UnicodeError, RecursionError):
        return mask_text(text)
    return text if masked == inner else _write(masked).decode()


def _mask_urls(text: str) -> str:
    if "://" not in text:
        return text
    text = _TICKET.sub(rf"\1{MASK}", text)
    return _WORD.sub(_mask_url, text) if "@" in text else text


def _mask_cut_url(text: str) -> str:
    """The text without what follows a user's name at its end: the host that would tell it from one may be cut off."""
    words = text.rsplit(None, 1)
    start = text.rfind("://", len(text) - len(words[-1])) if words else -1
    return f"{text[: start + 3]}{MASK}" if start >= 0 and ":" in text[start + 3 :] else text


def _mask_url(word: re.Match[str]) -> str:
    url = word[0]
    scheme, at = url.find("://"), url.rfind("@")
    return f"{url[: scheme + 3]}{MASK}{url[at:]}" if 0 <= scheme < at else url
