"""The OCPP versions we speak, and their names in the WebSocket handshake."""

from enum import StrEnum


class OcppVersion(StrEnum):
    """A version of OCPP; its text is the version number, as in `2.0.1`."""

    V16 = "1.6"
    V201 = "2.0.1"
    V21 = "2.1"

    @property
    def subprotocol(self) -> str:
        """The registered WebSocket subprotocol, as in `ocpp2.0.1` (OCPP-J 1.6 §3.1.2, 2.x Part 4 §3.1.2)."""
        return f"ocpp{self.value}"

    @classmethod
    def from_subprotocol(cls, name: str) -> "OcppVersion | None":
        """Find the version that a subprotocol name stands for; None for a name that is not ours."""
        return _BY_SUBPROTOCOL.get(name)


_BY_SUBPROTOCOL = {version.subprotocol: version for version in OcppVersion}
