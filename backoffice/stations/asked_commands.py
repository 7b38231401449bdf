"""Commands that other services ask for: sent once, and answered with what became of them."""

import msgspec

from backoffice.contracts.stations import CommandResult, CommandStatus
from backoffice.kit.errors import OutcomeUnknown, PeerFailed
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import CommandNotExpressible, CommandNotSent, StationNotFound, StationOffline
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.identifiers import StationKey


async def carry_out_once(dispatch: Dispatch, station: StationKey, message: msgspec.Struct, *, by: str) -> CommandResult:
    """What became of the message at the station. Raises nothing that the asker would have to tell apart."""
    try:
        _, reply = await dispatch.carry_out(station, message, by=by)
    except (StationOffline, StationNotFound, CommandNotSent) as offline:
        return CommandResult(CommandStatus.OFFLINE, str(offline))
    except OutcomeUnknown as unknown:
        return CommandResult(CommandStatus.UNKNOWN, str(unknown))
    except (CommandNotExpressible, PeerFailed) as refused:
        return CommandResult(CommandStatus.REFUSED, str(refused))
    if isinstance(reply, Heard):
        return CommandResult(CommandStatus.ACCEPTED)
    assert isinstance(reply, CommandReply)
    status = CommandStatus.ACCEPTED if reply.is_accepted else CommandStatus.REFUSED
    return CommandResult(status, " ".join(filter(None, (reply.status, reply.reason))))
