"""The sockets of this node: one per station, the newest wins."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from protocol.domain.identifiers import StationKey


class Supersedable(Protocol):
    """What the table must be able to do with a session."""

    @property
    def epoch(self) -> int:
        """The presence epoch of its socket; 0 while it is being claimed."""

    def supersede(self) -> None:
        """Close it: a newer socket is there."""


SessionT = TypeVar("SessionT", bound=Supersedable)


class SessionTable(Generic[SessionT]):
    """Which session speaks for a station.

    Invariants:
    1. A station has one session at most; a new one closes the one before at once.
    2. What ends late removes only itself.
    """

    def __init__(self) -> None:
        self._sessions: dict[StationKey, SessionT] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[SessionT]:
        return iter(tuple(self._sessions.values()))

    def find(self, station: StationKey) -> SessionT | None:
        """The session that speaks for the station here."""
        return self._sessions.get(station)

    def enter(self, station: StationKey, session: SessionT) -> None:
        """The session speaks for the station from now on."""
        older = self._sessions.get(station)
        self._sessions[station] = session
        if older is not None:
            older.supersede()

    def leave(self, station: StationKey, session: SessionT) -> bool:
        """Forget the session. False where a newer one speaks for the station already."""
        if self._sessions.get(station) is not session:
            return False
        del self._sessions[station]
        return True

    def evict(self, station: StationKey, *, newer_epoch: int) -> None:
        """Another node holds a newer socket: close ours if it is older."""
        session = self._sessions.get(station)
        if session is not None and 0 < session.epoch < newer_epoch:
            session.supersede()
