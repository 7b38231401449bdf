"""Files that are sent by FTP (RFC 959), passively; they are fetched by `urllib`, which cannot send."""

import io
from collections.abc import Callable
from ftplib import FTP, all_errors, error_perm
from urllib.parse import unquote, urlsplit

FTP_ERRORS = all_errors  # OSError is one of them
_NOT_LOGGED_IN = ("530", "532")
_NOT_IMPLEMENTED = ("500", "502", "504")


def store(
    location: str, file_name: str, content: bytes, *, timeout_s: float, on_block: Callable[[bytes], None]
) -> None:
    """The file is in the folder `ftp://user:password@host:port/folder` (RFC 1738 §3.2); without a user: anonymous.

    `on_block` is called behind each block, and may raise to give the rest up. `timeout_s` is of each step. Raises
    FTP_ERRORS, and ValueError where the location is none.
    """
    place = urlsplit(location)
    with FTP(timeout=timeout_s) as server:  # noqa: S321 # what the CSMS names, in clear text or not
        server.connect(place.hostname or "", place.port or 0)
        server.login(unquote(place.username or ""), unquote(place.password or ""))
        for folder in filter(None, place.path.split("/")):
            server.cwd(unquote(folder))
        server.storbinary(f"STOR {file_name}", io.BytesIO(content), callback=on_block)


def is_denied(error: Exception) -> bool:
    """Whether the server does not let the user in, or not store (RFC 959 §4.2.1)."""
    return isinstance(error, error_perm) and str(error).startswith(_NOT_LOGGED_IN)


def is_not_implemented(error: Exception) -> bool:
    """Whether the server knows no such command, or not this kind of it (RFC 959 §4.2.1)."""
    return isinstance(error, error_perm) and str(error).startswith(_NOT_IMPLEMENTED)
