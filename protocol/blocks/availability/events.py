"""What we hold true of a station's presence and its connectors."""

import msgspec

from protocol.domain.status import ChargingState, ConnectorStatus
from protocol.domain.version import OcppVersion


class StationConnected(msgspec.Struct, frozen=True):
    """The station's newest socket is at `node`; the envelope's epoch orders it among others.

    `credential`: the beginning of the hash of the password that it showed, so that a rotation knows which one.
    """

    node: str
    version: OcppVersion
    security_profile: int
    credential: str = ""


class StationDisconnected(msgspec.Struct, frozen=True):
    """The socket of the envelope's epoch is gone. A later epoch may already be there: then it changes nothing."""

    node: str
    reason: str


class ConnectorStatusReported(msgspec.Struct, frozen=True):
    """The last report of a connector, or of the station where `evse` is None.

    `is_surprise`: the table of states has no way from the report before to this one.
    """

    status: ConnectorStatus
    evse: int | None = None
    connector: int | None = None
    charging_state: ChargingState | None = None
    error_code: str | None = None
    info: str | None = None
    is_surprise: bool = False
