"""What a station says while it delivers energy, and what it hears back."""

from datetime import datetime
from decimal import Decimal

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.metering import MeterValue
from protocol.domain.status import ChargingState
from protocol.domain.transaction_limit import TransactionLimit


class TransactionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the three kinds of event have in common. `limit` is the one that holds at the station (2.1), and
    `tariff_id` names the tariff that it goes by (2.1).

    `wire_key` are the raw values that name this fact, as received: they make the event id (see bus/envelope.py).
    `transaction_id` is None in a 1.6 start, whose number the CSMS chooses. `meter_wh` is the import register in Wh as
    decimal text, not the energy of this transaction. `trigger` is the 2.x trigger reason, empty in 1.6.
    """

    occurred_at: datetime
    wire_key: tuple[str, ...] = ()
    transaction_id: TransactionId | None = None
    evse: int | None = None
    connector: int | None = None
    id_token: IdToken | None = None
    meter_wh: str | None = None
    meter_values: tuple[MeterValue, ...] = ()
    charging_state: ChargingState | None = None
    trigger: str = ""
    seq_no: int | None = None
    is_offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    limit: TransactionLimit | None = None
    tariff_id: str | None = None


class TransactionStart(TransactionEvent, frozen=True, kw_only=True):
    """A transaction began (1.6 StartTransaction; 2.x eventType Started).

    `hears_limit`: the answer has a place for how far it may go.
    """

    hears_limit: bool = False


class TransactionUpdate(TransactionEvent, frozen=True, kw_only=True):
    """A transaction went on (2.x eventType Updated; 1.6 has no such message).

    `begin_wh` is the register of the beginning, where the start did not know its EVSE (OCPP 2.0.1 E03).
    """

    begin_wh: str | None = None


class TransactionEnd(TransactionEvent, frozen=True, kw_only=True):
    """A transaction ended (1.6 StopTransaction; 2.x eventType Ended). `stopped_reason` is a 2.x word.

    `hears_cost`: the answer has a place for what it cost, and the driver may still be there to see it. `hears_receipt`:
    so has it for where the receipt is.
    """

    stopped_reason: str = "Local"
    hears_cost: bool = False
    hears_receipt: bool = False


class TransactionReply(msgspec.Struct, frozen=True):
    """`transaction_id` answers a 1.6 start only; `id_token_info` answers whenever a token was presented.

    `total_cost` answers an end that hears it: taxes included, in the station's currency (OCPP 2.0.1 I03). `limit`
    answers a start that hears it (OCPP 2.1 E16). `receipt_url` answers an end that hears it (2.1 C20).
    """

    transaction_id: TransactionId | None = None
    id_token_info: IdTokenInfo | None = None
    total_cost: Decimal | None = None
    limit: TransactionLimit | None = None
    receipt_url: str | None = None


class GetTransactionStatus(msgspec.Struct, frozen=True):
    """Does the transaction go on, and does the station keep messages for us, of it or, without an id, at all?"""

    transaction_id: TransactionId | None = None


class TransactionStatusReply(msgspec.Struct, frozen=True):
    """`is_ongoing` is None where no transaction was named (OCPP 2.0.1 E14)."""

    has_messages: bool
    is_ongoing: bool | None = None
