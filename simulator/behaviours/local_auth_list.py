"""The list of tokens that the station knows by heart (OCPP 1.6 §3.5.2, §5.10, §5.15; OCPP 2.0.1 D)."""

from protocol.blocks.local_auth_list.messages import (
    GetLocalListVersion,
    ListUpdate,
    LocalListVersionReply,
    SendLocalList,
)
from protocol.domain.commands import CommandReply
from simulator.state import StationState
from simulator.stores import TokenList

MAX_TOKENS = 1000
_NO_LIST = -1
_FAILED = CommandReply(status="Failed")


def on_get_version(state: StationState, _message: GetLocalListVersion, _now: float) -> LocalListVersionReply:
    """The list's version; -1 where the station is set to have none (OCPP 1.6 §5.10)."""
    return LocalListVersionReply(version=state.local_list.version if state.settings.uses_local_list else _NO_LIST)


def on_send_list(state: StationState, message: SendLocalList, _now: float) -> CommandReply:
    """The list is the new one, wholly, or the old one, wholly.

    A difference must lead to a later version (OCPP 1.6 §5.15); a whole list needs a verdict for each token.
    """
    if not state.settings.uses_local_list:
        return CommandReply(status="NotSupported")
    is_full = message.update is ListUpdate.FULL
    if not is_full and message.version <= state.local_list.version:
        return CommandReply(status="VersionMismatch")
    if message.version < 1 or (is_full and any(entry.info is None for entry in message.entries)):
        return _FAILED
    new = TokenList(message.version, {} if is_full else dict(state.local_list.verdicts))
    for entry in message.entries:
        new.put(entry.id_token, entry.info)
    if len(new.verdicts) > MAX_TOKENS:
        return _FAILED
    state.local_list = new
    return CommandReply(status="Accepted")
