"""How far an upload has come, as a station reports it.

Invariants:
1. A report always stands; what the table lacks is flagged as a surprise (OCPP 1.6 §4.4, OCPP 2.0.1 N01).
2. What was never being uploaded is not uploaded. Another order begins anew, whatever went before.
"""

from collections.abc import Mapping

from protocol.blocks.diagnostics.messages import LogStatus as Status
from protocol.domain.state_table import StateTable

_REFUSALS = (Status.BAD_MESSAGE, Status.NOT_SUPPORTED_OPERATION, Status.PERMISSION_DENIED, Status.UPLOAD_FAILURE)
_ENDS = (*_REFUSALS, Status.ACCEPTED_CANCELED)  # canceled by another order (N01)
_AT_REST = (Status.IDLE, Status.UPLOADING)

_AFTER: Mapping[Status, tuple[Status, ...]] = {
    Status.IDLE: (Status.UPLOADING, *_ENDS),
    Status.UPLOADING: (Status.UPLOADED, *_ENDS),
    Status.UPLOADED: _AT_REST,
    **dict.fromkeys(_ENDS, _AT_REST),
}
TRANSITIONS: Mapping[Status, Mapping[Status, Status]] = {
    state: {following: following for following in after} for state, after in _AFTER.items()
}

LOG_UPLOAD: StateTable[Status, Status] = StateTable("log upload", TRANSITIONS)
"""The trigger is the report itself."""
