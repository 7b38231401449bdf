"""What a station asks about a token, and the CSMS about what it remembers."""

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.identifiers import IdToken


class Authorize(msgspec.Struct, frozen=True):
    """May this token charge here?"""

    id_token: IdToken


class AuthorizeReply(msgspec.Struct, frozen=True):
    """The verdict."""

    id_token_info: IdTokenInfo


class ClearCache(msgspec.Struct, frozen=True):
    """The CSMS asks the station to forget every verdict that it remembers (OCPP 1.6 §5.4; OCPP 2.0.1 C11)."""
