"""IdTokens from a CSV file by REST; `importing.py` says what its columns are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status as http
from pydantic import BaseModel

from backoffice.identity.importing import TOKENS_FILE, import_tokens
from backoffice.identity.service import Identity
from backoffice.kit.csv_file import CSV_BODY, LineErrorView, read_file
from backoffice.kit.guards import TokensWriter
from backoffice.kit.service import provided

router = APIRouter(prefix="/tokens", tags=["identity"])
IdentityDep = Annotated[Identity, Depends(provided(Identity))]


class ImportedTokenView(BaseModel):
    """A token of the file, by the end of what is on it, and whose it is."""

    line: int
    token: str
    driver_id: str


class TokenImportReport(BaseModel):
    """What became of a file: all of it, or with any error nothing."""

    is_applied: bool
    tokens: list[ImportedTokenView]
    errors: list[LineErrorView]


@router.post(
    "/import",
    openapi_extra=CSV_BODY,
    responses={http.HTTP_422_UNPROCESSABLE_CONTENT: {"model": TokenImportReport}},
)
async def import_file(
    request: Request, response: Response, operator: TokensWriter, identity: IdentityDep, dry_run: bool = False
) -> TokenImportReport:
    """Every token of the file is its driver's, or nothing is done and every error is told (422).

    Sent again it changes nothing. `dry_run` does nothing, and tells the same.
    """
    read = TOKENS_FILE.read(await read_file(request))
    async with identity.database.transaction(operator.tenant) as unit:
        found = await import_tokens(unit, identity, read)
        is_applied = not found.errors and not dry_run
        if not is_applied:
            await unit.undo()
    if found.errors:
        response.status_code = http.HTTP_422_UNPROCESSABLE_CONTENT
    return TokenImportReport(
        is_applied=is_applied,
        tokens=[ImportedTokenView(line=line, token=mask, driver_id=driver) for line, mask, driver in found.tokens],
        errors=[LineErrorView.of(error) for error in found.errors],
    )
