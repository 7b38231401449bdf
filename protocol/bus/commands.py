"""A command on its way to a station: `stations` asks the gateway node that holds the socket.

Invariants:
1. A command carries the epoch that presence named; a node whose session has another answers NOT_HERE.
2. TIMED_OUT means that the outcome is unknown: the station may have done it.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from protocol.blocks.provisioning.messages import GetVariables, Reset, VariablesReply
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerMessage
from protocol.domain.commands import CommandReply


class Outcome(StrEnum):
    """What became of a command."""

    ANSWERED = "answered"
    NOT_HERE = "not_here"
    TIMED_OUT = "timed_out"
    CALL_ERROR = "call_error"
    NOT_EXPRESSIBLE = "not_expressible"


class CommandRequest(msgspec.Struct, frozen=True):
    """`command` is a row of COMMANDS, `message` its Struct as JSON."""

    command: str
    message: msgspec.Raw
    epoch: int
    timeout_s: float = 30.0


class CommandAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`reply` is the command's reply Struct as JSON where ANSWERED; `error_code` the CALLERROR's code."""

    outcome: Outcome
    reply: msgspec.Raw = msgspec.Raw(b"null")
    error_code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command by its name on the bus. `is_repeatable`: sending it twice does no harm."""

    name: str
    message: type[msgspec.Struct]
    reply: type[msgspec.Struct]
    is_repeatable: bool = False


COMMANDS: tuple[CommandRow, ...] = (
    CommandRow("start", RequestStart, CommandReply),
    CommandRow("stop", RequestStop, CommandReply),
    CommandRow("reset", Reset, CommandReply),
    CommandRow("trigger", TriggerMessage, CommandReply, is_repeatable=True),
    CommandRow("get_variables", GetVariables, VariablesReply, is_repeatable=True),
)

COMMAND_OF_NAME = {row.name: row for row in COMMANDS}
COMMAND_OF_MESSAGE = {row.message: row for row in COMMANDS}


class PresenceEntry(msgspec.Struct, frozen=True):
    """Where a station's newest socket is. The epoch is the entry's revision."""

    node: str


class EvictRequest(msgspec.Struct, frozen=True):
    """The station `station_key` has a newer socket at `epoch`; an older one is to be closed."""

    station_key: str
    epoch: int


class RegistryEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the gateway must know of a station before it speaks. Written by `stations`, watched by every node.

    `credential_hash`: hex HMAC-SHA256 of the station's password; None: no password is asked.
    `default_version`: served when the station offers no subprotocol. `tolerance_off`: rules that are not tried, "*" for
    all. `pinned_rules`: those chosen for its model, tried first; some work by pin only. Both are read at connect.
    """

    security_profiles: tuple[int, ...] = (0, 1)
    credential_hash: str | None = None
    default_version: str = "1.6"
    registration: str = "Accepted"
    heartbeat_interval_s: int = 300
    tolerance_off: tuple[str, ...] = ()
    pinned_rules: tuple[str, ...] = ()
