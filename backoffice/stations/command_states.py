"""Where a command to a station is, from the request to what became of it.

Invariants:
1. A command is sent once: only a command that nobody sent moves to SENDING, and only one that did not pass goes back.
2. A state that is terminal never changes.
"""

from enum import StrEnum

from protocol.domain.state_table import StateTable


class CommandState(StrEnum):
    """UNKNOWN: no answer came in time, and the station may have done it."""

    QUEUED = "queued"
    SENDING = "sending"
    ANSWERED = "answered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CommandTrigger(StrEnum):
    """What moves it."""

    CONNECTED = "the station is there"
    ANSWERED = "the station answered"
    REFUSED = "a CALLERROR, or nothing to say it with"
    OFFLINE = "the station is not connected, and nobody waits for it"
    WAITS = "the station is not connected, and somebody waits"
    SILENT = "no answer in time"
    LATE = "the deadline has passed"
    CANCELLED = "somebody thought better of it"


COMMAND: StateTable[CommandState, CommandTrigger] = StateTable(
    "command",
    {
        CommandState.QUEUED: {
            CommandTrigger.CONNECTED: CommandState.SENDING,
            CommandTrigger.LATE: CommandState.EXPIRED,
            CommandTrigger.CANCELLED: CommandState.CANCELLED,
        },
        CommandState.SENDING: {
            CommandTrigger.ANSWERED: CommandState.ANSWERED,
            CommandTrigger.REFUSED: CommandState.FAILED,
            CommandTrigger.OFFLINE: CommandState.FAILED,
            CommandTrigger.WAITS: CommandState.QUEUED,
            CommandTrigger.SILENT: CommandState.UNKNOWN,
        },
        CommandState.ANSWERED: {},
        CommandState.FAILED: {},
        CommandState.UNKNOWN: {},
        CommandState.EXPIRED: {},
        CommandState.CANCELLED: {},
    },
)
