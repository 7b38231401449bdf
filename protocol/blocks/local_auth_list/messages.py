"""The list of tokens that a station knows by heart."""

from enum import StrEnum

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.identifiers import IdToken


class GetLocalListVersion(msgspec.Struct, frozen=True):
    """Which version of the list does the station have?"""


class LocalListVersionReply(msgspec.Struct, frozen=True):
    """0: an empty list; -1: the station has none (OCPP 1.6 §5.10)."""

    version: int


class ListUpdate(StrEnum):
    """Whether the entries are the list, or what changes in it."""

    FULL = "Full"
    DIFFERENTIAL = "Differential"


class LocalListEntry(msgspec.Struct, frozen=True):
    """A token and what to say of it; without `info` a differential update removes the token (OCPP 1.6 §7.1)."""

    id_token: IdToken
    info: IdTokenInfo | None = None


class SendLocalList(msgspec.Struct, frozen=True):
    """The list has `version` once this is done; a full update without entries empties it."""

    version: int
    update: ListUpdate
    entries: tuple[LocalListEntry, ...] = ()
