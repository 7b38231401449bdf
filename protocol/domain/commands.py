"""How a station answers a command."""

import msgspec

from protocol.domain.identifiers import TransactionId


class CommandReply(msgspec.Struct, frozen=True):
    """A station's answer to a command: "Accepted" and its kin, in the version's own word. The truth comes as a fact.

    `transaction_id` is given by 2.x where the transaction already runs (F02.FR.01).
    """

    status: str
    reason: str = ""
    transaction_id: TransactionId | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the station will try."""
        return self.status == "Accepted"


class Heard(msgspec.Struct, frozen=True):
    """The answer of whoever has nothing to say to it."""
