"""IdTokens from a CSV file: read whole, then applied whole or not at all.

Columns, by their names in the first line, in any order:

    value       what is on the card or fob (must be there)
    type        an OCPP 2.x type; default ISO14443
    driver      the e-mail address of the driver whose it is (must be there)
    expires_at  until when it charges, with a time zone; default: for good
    group       of cards of one driver that end each other's transactions; default: none
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import EmailStr

from backoffice.identity import repository
from backoffice.identity.errors import GroupTaken, MalformedEmaid, TokenTaken
from backoffice.identity.schemas import NewToken
from backoffice.identity.service import Identity
from backoffice.kit.csv_file import FileKind, LineError, ReadFile
from backoffice.kit.database import Unit
from protocol.domain.identifiers import IdToken


class ImportedToken(NewToken):
    """A line of the file."""

    driver: EmailStr


def _body_of(values: Mapping[str, str]) -> Mapping[str, object]:
    return values


TOKENS_FILE = FileKind(
    columns=("value", "type", "driver", "expires_at", "group"), id_column="value", model=ImportedToken, body_of=_body_of
)


@dataclass(frozen=True, slots=True)
class TokenImport:
    """Whose token each line is now, by its mask; and every error. With any nothing is to be kept."""

    tokens: Sequence[tuple[int, str, str]]
    errors: Sequence[LineError]


async def import_tokens(unit: Unit, identity: Identity, read: ReadFile[ImportedToken]) -> TokenImport:
    """Every token of the file is its driver's, unless something is wrong with any of them."""
    errors, tokens = list(read.errors), []
    for line, body in read.bodies.items():
        account = await repository.find_account_by_email(unit, is_staff=False, email=body.driver.lower())
        if account is None:
            errors.append(LineError(line, "driver", f"there is no driver {body.driver}"))
            continue
        id_token = IdToken(body.value, body.type)
        try:
            async with unit.savepoint():
                token = await identity.register_token(
                    unit, account.id, id_token, expires_at=body.expires_at, group=body.group
                )
        except (TokenTaken, MalformedEmaid) as error:
            errors.append(LineError(line, "value", str(error)))
        except GroupTaken as error:
            errors.append(LineError(line, "group", str(error)))
        else:
            tokens.append((line, token.mask, account.id))
    return TokenImport(tokens, errors)
