"""Quirks of the upgrade request: how such a station asks for its socket."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit, urlunsplit

from simulator.handshake import Handshake


def no_subprotocol(handshake: Handshake) -> Handshake:
    return replace(handshake, subprotocols=())


def unknown_subprotocol_first(handshake: Handshake) -> Handshake:
    return replace(handshake, subprotocols=("ocpp9.9", *handshake.subprotocols))


def doubled_slashes(handshake: Handshake) -> Handshake:
    return _with_path(handshake, lambda path: path.replace("/", "//"))


def trailing_slash(handshake: Handshake) -> Handshake:
    return _with_path(handshake, lambda path: f"{path}/")


def percent_encoded_id(handshake: Handshake) -> Handshake:
    return _with_path(handshake, _encode_last)


def no_pong(handshake: Handshake) -> Handshake:
    return replace(handshake, answers_pings=False)


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


def _encode_last(path: str) -> str:
    front, slash, station_id = path.rpartition("/")
    return front + slash + "".join(f"%{byte:02X}" for byte in unquote(station_id).encode())


def _from_hex(password: bytes) -> bytes:
    return bytes.fromhex(password.decode("ascii"))
