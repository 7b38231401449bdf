"""Favourites by REST: the locations and stations that a driver comes back to."""

from fastapi import APIRouter, Response, status as http

from backoffice.kit.auth import Driver
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.profiles import repository
from backoffice.profiles.domain import etag_of
from backoffice.profiles.routes import IfMatch, ProfilesDep
from backoffice.profiles.schemas import FavouriteBody, FavouriteView, NoteBody
from backoffice.profiles.service import favourite_of

router = APIRouter(prefix="/profiles/me/favourites", tags=["profiles"])


@router.get("")
async def list_favourites(
    driver: Driver, profiles: ProfilesDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[FavouriteView]:
    """My favourites, the oldest first."""
    async with profiles.database.transaction(driver.tenant) as unit:
        rows = await repository.list_favourites(unit, driver.subject, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=FavouriteView.of, key=lambda row: (row.created_at, row.id))


@router.post("", status_code=http.HTTP_201_CREATED)
async def add_favourite(
    body: FavouriteBody, driver: Driver, profiles: ProfilesDep, response: Response
) -> FavouriteView:
    """One more favourite, a location or a station."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.add_favourite(unit, driver.subject, body.favourite())
    response.headers["ETag"] = etag_of(favourite_of(row))
    return FavouriteView.of(row)


@router.get("/{favourite_id}")
async def read_favourite(favourite_id: str, driver: Driver, profiles: ProfilesDep, response: Response) -> FavouriteView:
    """A favourite of mine."""
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.find_favourite(unit, driver.subject, favourite_id)
    response.headers["ETag"] = etag_of(favourite_of(row))
    return FavouriteView.of(row)


@router.put("/{favourite_id}")
async def note_favourite(
    favourite_id: str,
    body: NoteBody,
    driver: Driver,
    profiles: ProfilesDep,
    response: Response,
    if_match: IfMatch = None,
) -> FavouriteView:
    """The favourite has this note. Another place is another favourite."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        row = await profiles.note_favourite(unit, driver.subject, favourite_id, body.note, if_match=if_match)
    response.headers["ETag"] = etag_of(favourite_of(row))
    return FavouriteView.of(row)


@router.delete("/{favourite_id}", status_code=http.HTTP_204_NO_CONTENT)
async def delete_favourite(favourite_id: str, driver: Driver, profiles: ProfilesDep, if_match: IfMatch = None) -> None:
    """It is none any more."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with profiles.database.transaction(driver.tenant) as unit:
        await profiles.delete_favourite(unit, driver.subject, favourite_id, if_match=if_match)
