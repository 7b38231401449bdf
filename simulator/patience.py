"""How long somebody waits for what a thread reads and writes by sockets."""

import socket
import threading
from contextlib import suppress


class Patience:
    """A thread cannot be cancelled; its sockets can be cut, and then it comes to its end by itself.

    A thread that still looks a name up or connects has no socket that could be cut: it ends at the step behind that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_ended = False
        self._watched: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """It is cut when patience ends. Raises TimeoutError where that has been.

        It is open until then, also where its user closes it: who wants the peer to see an end shuts it down.
        """
        with self._lock:
            if self._has_ended:
                raise TimeoutError("nobody waits for it any more")
            # By a descriptor of our own: TLS takes the socket's for itself, and the thread closes it when it likes.
            self._watched.append(connection.dup())

    def end(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._has_ended = True
            for connection in self._watched:
                with suppress(OSError):  # the peer has cut it before
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self._watched.clear()
