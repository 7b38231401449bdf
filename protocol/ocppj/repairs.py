"""Named repairs of frames that real stations send and no strict reader accepts.

A repair is a function from the frame's text to a better text, or to None where it finds nothing to do. They are
tried in the order of `REPAIRS`, each on the result of those before it, until the strict reader accepts. Adding one
takes a function, its place in `REPAIRS` and a golden frame in `tests/frames/`.

1. No repair runs on a frame that the strict reader accepts.
2. No repair changes the inside of a string, except a message id that it names.
   `drop_nul` does, and is none: JSON may hold a NUL. It is applied by whoever reads the strings.
3. Every repair takes time linear in the length of the text.
"""

import json
import re
from collections.abc import Callable, Sequence

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

Repair = Callable[[bytes], bytes | None]

# A string, whole; one that is never closed ends with the text, so that no search starts inside it.
_STRING = rb'"(?:[^"\\]|\\.|\\\Z)*+(?:"|\Z)'

_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?")
_STRING_WITHOUT_VALUE = re.compile(rb"(" + _STRING + rb")(\s*+:\s*+(?:,|(?=\})))?", re.DOTALL)
_STRAY_COMMA = re.compile(rb"(" + _STRING + rb")|(?<=[\[{,])\s*+,|,\s*+(?=[\]}])", re.DOTALL)

_ARRAY = Decoder(list[Raw])

ESCAPED_NUL = b"\\u0000"
_ESCAPE = re.compile(rb"\\(?:u0000|.)", re.DOTALL)


class Deviation(Struct, frozen=True, gc=False):
    """A departure from the standard that was understood all the same; `rule` names the function that did it."""

    rule: str
    detail: str = ""


def strip_padding(text: bytes) -> bytes | None:
    """Drop a byte-order mark in front, and NUL bytes around the frame."""
    return _changed(text, text.strip(b"\0").removeprefix(b"\xef\xbb\xbf").strip(b"\0"))


def drop_trailing_bytes(text: bytes) -> bytes | None:
    """Drop what follows a complete array."""
    characters = text.decode("utf-8", "surrogateescape")
    if not characters.startswith("["):
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(characters)
    except (ValueError, RecursionError):
        return None
    return characters[:end].encode("utf-8", "surrogateescape") if end < len(characters) else None


def drop_member_without_value(text: bytes) -> bytes | None:
    """Drop a member that has a name and no value, as in `"transactionId":,`."""
    return _changed(text, _STRING_WITHOUT_VALUE.sub(lambda match: b"" if match[2] else match[1], text))


def drop_stray_comma(text: bytes) -> bytes | None:
    """Drop a comma that separates nothing, as in `[,{` and in `},]`."""
    return _changed(text, _STRAY_COMMA.sub(lambda match: match[1] or b"", text))


def quote_message_id(text: bytes) -> bytes | None:
    """Take a message id that is a number as its text."""
    elements = split_array(text)
    if len(elements) < 2 or not _NUMBER.fullmatch(elements[1]):
        return None
    return _join([elements[0], b'"' + elements[1] + b'"', *elements[2:]])


def complete_error(text: bytes) -> bytes | None:
    """Fill in the description and the details of a CALLERROR or CALLRESULTERROR that are missing or null."""
    elements = split_array(text)
    if len(elements) < 3 or elements[0] not in (b"4", b"5"):
        return None
    description, details, *rest = (*elements[3:], *(b"null", b"null")[len(elements[3:]) :])
    filled = [b'""' if description == b"null" else description, b"{}" if details == b"null" else details]
    return _changed(text, _join([*elements[:3], *filled, *rest]))


REPAIRS: Sequence[Repair] = (
    strip_padding,
    drop_trailing_bytes,
    drop_member_without_value,
    drop_stray_comma,
    quote_message_id,
    complete_error,
)


def drop_nul(text: bytes) -> bytes | None:
    """Drop U+0000 from the strings of a JSON text: what C pads its texts with, and no text of PostgreSQL can hold.

    Every station's, and not to be switched off: it is our stores that cannot take it. A NUL that is not escaped is no
    JSON (RFC 8259 §7), and stays.
    """
    if not has_nul(text):
        return None
    return _changed(text, _ESCAPE.sub(lambda match: b"" if match[0] == ESCAPED_NUL else match[0], text))


def has_nul(text: bytes) -> bool:
    """Whether `drop_nul` may find one."""
    return b"\\" in text and ESCAPED_NUL in text  # one byte is looked for many times as fast as six


def split_array(text: bytes) -> list[bytes]:
    """Return the text of each element of a JSON array; nothing where the text is no JSON array."""
    try:
        return [bytes(element) for element in _ARRAY.decode(text)]
    except (DecodeError, UnicodeError, RecursionError):
        return []


def _join(elements: list[bytes]) -> bytes:
    return b"[" + b",".join(elements) + b"]"


def _changed(before: bytes, after: bytes) -> bytes | None:
    return after if after != before else None
