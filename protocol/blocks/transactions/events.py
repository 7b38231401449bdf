"""What we hold true of a transaction. Bills rest on these facts and on no reading beside them.

Invariants:
1. (tenant, station, transaction_id) names the transaction; the three facts of one arrive in any order.
2. `meter_wh` at start and end is what the station's register said then, in Wh, as decimal text.
"""

import msgspec

from protocol.domain.authorization import Authorization
from protocol.domain.identifiers import TokenRef, TransactionId
from protocol.domain.status import ChargingState
from protocol.domain.transaction_limit import TransactionLimit


class TransactionFact(msgspec.Struct, frozen=True, kw_only=True):
    """What the three facts have in common. `flags` names deviations of this message, by rule.

    `limit` is the one that holds at the station, where it said one (OCPP 2.1 E16).
    """

    transaction_id: TransactionId
    evse: int | None = None
    connector: int | None = None
    token: TokenRef | None = None
    authorization: Authorization | None = None
    meter_wh: str | None = None
    charging_state: ChargingState | None = None
    trigger: str = ""
    seq_no: int | None = None
    is_offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    limit: TransactionLimit | None = None
    flags: tuple[str, ...] = ()


class TransactionStarted(TransactionFact, frozen=True, kw_only=True):
    """The station began to serve. The driver is `authorization.driver_id`."""


class TransactionUpdated(TransactionFact, frozen=True, kw_only=True):
    """Something changed: its charging state, its token, its cable.

    `begin_wh` is the register of the beginning, which a start without an EVSE could not say.
    """

    begin_wh: str | None = None


class TransactionEnded(TransactionFact, frozen=True, kw_only=True):
    """The station served no longer. `stopped_reason` is a 2.x word."""

    stopped_reason: str = "Local"
