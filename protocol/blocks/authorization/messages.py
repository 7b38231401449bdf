"""What a station asks about a token."""

import msgspec

from protocol.domain.authorization import IdTokenInfo
from protocol.domain.identifiers import IdToken


class Authorize(msgspec.Struct, frozen=True):
    """May this token charge here?"""

    id_token: IdToken


class AuthorizeReply(msgspec.Struct, frozen=True):
    """The verdict."""

    id_token_info: IdTokenInfo
