"""Quirks of the upgrade request, and of the socket below its messages: how such a station asks for one and keeps it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, urlsplit, urlunsplit

from simulator.handshake import Handshake

_SPARSE_PINGS_S = 120.0
_REQUEST = b"GET "
_FINAL_TEXT = 0x81  # the first byte of a text message in one frame (RFC 6455 §5.2)
_RSV1 = 0x40


def no_subprotocol(handshake: Handshake) -> Handshake:
    return replace(handshake, subprotocols=())


def unknown_subprotocol_first(handshake: Handshake) -> Handshake:
    return replace(handshake, subprotocols=("ocpp9.9", *handshake.subprotocols))


def subprotocol_of_old(handshake: Handshake) -> Handshake:
    return replace(handshake, subprotocols=("ocpp1.5",))


def doubled_slashes(handshake: Handshake) -> Handshake:
    return _with_path(handshake, lambda path: path.replace("/", "//"))


def trailing_slash(handshake: Handshake) -> Handshake:
    return _with_path(handshake, lambda path: f"{path}/")


def path_prefix(handshake: Handshake) -> Handshake:
    return _with_path(handshake, lambda path: f"/vendor{path}")


def percent_encoded_id(handshake: Handshake) -> Handshake:
    return _with_path(handshake, _encode_last)


def no_pong(handshake: Handshake) -> Handshake:
    return replace(handshake, answers_pings=False)


def sparse_pings(handshake: Handshake) -> Handshake:
    return replace(handshake, answers_pings=False, ping_interval_s=_SPARSE_PINGS_S)


def absolute_target(handshake: Handshake) -> Handshake:
    scheme, place, *_ = urlsplit(handshake.url)
    return _rewritten(handshake, partial(_replace_in_request, b"GET /", f"GET {scheme}://{place}/".encode()))


def no_connection_upgrade(handshake: Handshake) -> Handshake:
    return _rewritten(handshake, partial(_replace_in_request, b"Connection: Upgrade", b"Connection: keep-alive"))


def connection_with_more_tokens(handshake: Handshake) -> Handshake:
    return _rewritten(
        handshake, partial(_replace_in_request, b"Connection: Upgrade", b"Connection: keep-alive, Upgrade")
    )


def reserved_bit(handshake: Handshake) -> Handshake:
    return _rewritten(handshake, _set_reserved_bit)


def key_as_bytes(handshake: Handshake) -> Handshake:
    """Only a key that is hex is set so (OCPP 1.6 Security whitepaper §2.3)."""
    try:
        return handshake if handshake.password is None else replace(handshake, password=_from_hex(handshake.password))
    except ValueError:
        return handshake


def password_in_latin_1(handshake: Handshake) -> Handshake:
    if handshake.password is None:
        return handshake
    try:
        text = handshake.password.decode()
    except UnicodeDecodeError:  # a 1.6 AuthorizationKey need be no text
        return handshake
    return replace(handshake, password=text.encode("latin-1", "replace"))


def _with_path(handshake: Handshake, change: Callable[[str], str]) -> Handshake:
    parts = urlsplit(handshake.url)
    return replace(handshake, url=urlunsplit(parts._replace(path=change(parts.path))))


def _rewritten(handshake: Handshake, rewrite: Callable[[bytes], bytes]) -> Handshake:
    return replace(handshake, rewrites=(*handshake.rewrites, rewrite))


def _replace_in_request(old: bytes, new: bytes, written: bytes) -> bytes:
    return written.replace(old, new, 1) if written.startswith(_REQUEST) else written


def _set_reserved_bit(written: bytes) -> bytes:
    return bytes((written[0] | _RSV1,)) + written[1:] if written[0] == _FINAL_TEXT else written


def _encode_last(path: str) -> str:
    front, slash, station_id = path.rpartition("/")
    return front + slash + "".join(f"%{byte:02X}" for byte in unquote(station_id).encode())


def _from_hex(password: bytes) -> bytes:
    return bytes.fromhex(password.decode("ascii"))
