"""How long somebody waits for what a thread reads and writes by sockets."""

import errno
import os
import select
import socket
import threading
from contextlib import suppress
from typing import Any

_ADDRESSES = 8  # of one name: each has a time-out of its own


class Patience:
    """A thread cannot be cancelled; its sockets can be cut, and then it comes to its end by itself.

    A thread that still looks a name up has no socket that could be cut: it ends at the step behind that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_ended = False
        self._watched: list[socket.socket] = []

    def connect(self, host: str, port: int, *, timeout_s: float) -> socket.socket:
        """One of the host's addresses is reached by a socket that is cut when patience ends, also while it connects.

        It is open until then, also where its user closes it: who wants the peer to see an end shuts it down.
        `timeout_s` is of each step, here and later. Raises OSError: TimeoutError where patience has ended.
        """
        failure = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:_ADDRESSES]:
            connection = socket.socket(family, kind, protocol)
            try:
                self._reach(connection, address, timeout_s)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def end(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._has_ended = True
            for connection in self._watched:
                with suppress(OSError):  # the peer has cut it before
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self._watched.clear()

    def _reach(self, connection: socket.socket, address: Any, timeout_s: float) -> None:  # Any: each family has its own
        connection.setblocking(False)
        with self._lock:
            if self._has_ended:
                raise TimeoutError("nobody waits for it any more")
            # Begun where `end` cannot come between: a socket that was shut down before connects nevertheless.
            code = connection.connect_ex(address)
            # By a descriptor of our own: TLS takes the socket's for itself, and the thread closes it when it likes.
            self._watched.append(connection.dup())
        connection.settimeout(timeout_s)
        if code == errno.EINPROGRESS:
            readiness = select.poll()
            readiness.register(connection, select.POLLOUT)
            if not readiness.poll(timeout_s * 1000):
                raise TimeoutError("timed out")
            code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
