"""The states of a connector, as a station reports them.

Invariants:
1. A report always stands; what the table lacks is flagged as a surprise (OCPP 1.6 §4.9, OCPP 2.0.1 G01).
2. A reservation cannot begin on a connector in use; every other state may follow a fault.
"""

from protocol.domain.state_table import StateTable
from protocol.domain.status import ConnectorStatus as Status

_AFTER: dict[Status, tuple[Status, ...]] = {
    Status.AVAILABLE: (Status.OCCUPIED, Status.RESERVED, Status.UNAVAILABLE, Status.FAULTED),
    Status.OCCUPIED: (Status.AVAILABLE, Status.UNAVAILABLE, Status.FAULTED),
    Status.RESERVED: (Status.AVAILABLE, Status.OCCUPIED, Status.UNAVAILABLE, Status.FAULTED),
    Status.UNAVAILABLE: (Status.AVAILABLE, Status.OCCUPIED, Status.FAULTED),
    Status.FAULTED: (Status.AVAILABLE, Status.OCCUPIED, Status.RESERVED, Status.UNAVAILABLE),
}

CONNECTOR: StateTable[Status, Status] = StateTable(
    "connector", {state: {following: following for following in after} for state, after in _AFTER.items()}
)
"""The trigger is the report itself."""
