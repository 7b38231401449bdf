"""Files that are fetched and sent by FTP (RFC 959), passively, where `ftp://user:password@host:port/folder` says.

Without a user it is anonymous (RFC 1738 §3.2). `timeout_s` is of each step. All raise FTP_ERRORS, and ValueError where
the location is none.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from ftplib import FTP, FTP_PORT, Error, all_errors, error_perm, error_reply
from urllib.parse import unquote, urlsplit

from simulator.patience import Patience

FTP_ERRORS = all_errors  # OSError is one of them
_BLOCK_BYTES = 8 * 1024
_LINES = 1000  # of all replies together, and so of folders


class Denied(error_perm):
    """The server does not let the user in, or not store."""


class NotImplementedThere(error_perm):
    """The server knows no such command, or not this kind of it."""


# RFC 959 §4.2.1; what a server says to who may not store is 550 and 553 rather than 532.
_LOGIN: Mapping[str, type[error_perm]] = {"530": Denied, "532": Denied}
_TRANSFER = {**_LOGIN, "500": NotImplementedThere, "502": NotImplementedThere, "504": NotImplementedThere}
_STORING = {**_TRANSFER, "550": Denied, "553": Denied}


def fetch(location: str, take: Callable[[bytes], None], *, timeout_s: float, patience: Patience) -> None:
    """`take` has had all blocks of the file; it may raise to give the rest up."""
    *folders, name = _names(location) or [""]
    with _session(location, timeout_s, patience) as session, _refusals_by(_TRANSFER):
        session.enter(folders)
        with session.transfer(f"RETR {name}") as data:
            while block := data.recv(_BLOCK_BYTES):
                take(block)
        session.voidresp()


def store(location: str, file_name: str, content: bytes, *, timeout_s: float, patience: Patience) -> None:
    """The file is in the folder. Raises Denied and NotImplementedThere too, which are of FTP_ERRORS."""
    with _session(location, timeout_s, patience) as session:
        with _refusals_by(_TRANSFER):
            session.enter(_names(location))
        with _refusals_by(_STORING):
            with session.transfer(f"STOR {file_name}") as data:
                for at in range(0, len(content), _BLOCK_BYTES):
                    data.sendall(content[at : at + _BLOCK_BYTES])
                data.shutdown(socket.SHUT_WR)
            session.voidresp()


class _Session(FTP):
    """A conversation that lasts no longer than patience, and no more than _LINES."""

    def __init__(self, timeout_s: float, patience: Patience) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        self._patience = patience
        self._lines = 0

    def reach(self, host: str, port: int) -> None:
        """The server has greeted."""
        self.sock = self._patience.connect(host, port, timeout_s=self._timeout_s)
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.getresp()

    def getline(self) -> str:
        """The next line of a reply."""
        self._lines += 1
        if self._lines > _LINES:
            raise Error(f"a server that says more than {_LINES} lines")  # noqa: S321 # an error, no call
        return super().getline()

    def enter(self, folders: list[str]) -> None:
        """The conversation is in the last of them."""
        for folder in folders:
            self.cwd(folder)

    @contextmanager
    def transfer(self, command: str) -> Iterator[socket.socket]:
        """The connection that the bytes of a file go through."""
        self.voidcmd("TYPE I")
        host, port = self.makepasv()
        with self._patience.connect(host, port, timeout_s=self._timeout_s) as data:
            reply = self.sendcmd(command)
            if reply.startswith("2"):  # some say so before they begin, which RFC 959 §5.4 does not know
                reply = self.getresp()
            if not reply.startswith("1"):
                raise error_reply(reply)  # noqa: S321 # an error, no call
            yield data


@contextmanager
def _session(location: str, timeout_s: float, patience: Patience) -> Iterator[_Session]:
    place = urlsplit(location)
    session = _Session(timeout_s, patience)
    try:
        with _refusals_by(_LOGIN):
            session.reach(place.hostname or "", place.port or FTP_PORT)
            session.login(unquote(place.username or ""), unquote(place.password or ""))
        yield session
        with suppress(OSError):
            session.putcmd("QUIT")  # the file has arrived, whatever the answer is: nobody waits for it
    finally:
        session.close()


@contextmanager
def _refusals_by(meanings: Mapping[str, type[error_perm]]) -> Iterator[None]:
    """What the server refuses meanwhile is raised as what its code means."""
    try:
        yield
    except error_perm as error:
        meaning = meanings.get(str(error)[:3])
        if meaning is None:
            raise
        raise meaning(str(error)) from error


def _names(location: str) -> list[str]:
    path, _, _kind = urlsplit(location).path.partition(";type=")
    return [unquote(name) for name in path.split("/") if name]
