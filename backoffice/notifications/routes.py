"""Notifications by REST: a person's own preferences, browsers and inbox. A driver's and the staff's alike."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status as http

from backoffice.kit.guards import Myself
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.notifications import people_repository
from backoffice.notifications.models import MessageRow
from backoffice.notifications.people import People
from backoffice.notifications.schemas import (
    MessageView,
    NewPushSubscription,
    PreferencesBody,
    PreferencesView,
    PushKeyView,
    PushSubscriptionView,
    UnreadView,
)

router = APIRouter(prefix="/notifications", tags=["notifications"])
PeopleDep = Annotated[People, Depends(provided(People))]
OnlyUnread = Annotated[bool, Query(description="Only what nobody has read.")]


@router.get("/preferences")
async def read_preferences(person: Myself, people: PeopleDep) -> PreferencesView:
    """How I am told of what."""
    async with people.database.transaction(person.tenant) as unit:
        return PreferencesView.of(await people.read_preferences(unit, person))


@router.put("/preferences")
async def save_preferences(body: PreferencesBody, person: Myself, people: PeopleDep) -> PreferencesView:
    """How I want to be told from now on."""
    async with people.database.transaction(person.tenant) as unit:
        await people.save_preferences(unit, person, body.preferences())
        return PreferencesView.of(await people.read_preferences(unit, person))


@router.get("/inbox")
async def list_inbox(
    person: Myself,
    people: PeopleDep,
    only_unread: OnlyUnread = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[MessageView]:
    """My messages, the newest first."""
    async with people.database.transaction(person.tenant) as unit:
        rows = await people_repository.list_messages(
            unit, person.subject, only_unread=only_unread, cursor=cursor, limit=limit
        )
        reader = await people.reader_of(unit, person)

    def view(row: MessageRow) -> MessageView:
        return MessageView.of(row, people.put_in_words(row, reader))

    return page_of(rows, limit=limit, view=view, key=lambda row: (row.posted_at, row.id))


@router.get("/inbox/unread")
async def count_unread(person: Myself, people: PeopleDep) -> UnreadView:
    """How many of my messages wait."""
    async with people.database.transaction(person.tenant) as unit:
        return UnreadView(unread=await people_repository.count_unread(unit, person.subject))


@router.get("/inbox/events", response_class=EventSourceResponse)
async def follow_inbox(person: Myself, events: EventStreamDep) -> AsyncIterator[ServerSentEvent]:
    """My messages as they come: their ids and kinds."""
    async for event in events.follow(tenant=person.tenant, key=person.subject, service="notifications"):
        yield event


@router.post("/inbox/read", status_code=http.HTTP_204_NO_CONTENT)
async def mark_all_read(person: Myself, people: PeopleDep) -> None:
    """All my messages until now are read."""
    async with people.database.transaction(person.tenant) as unit:
        await people.mark_all_read(unit, person)


@router.post("/inbox/{message_id}/read", status_code=http.HTTP_204_NO_CONTENT)
async def mark_read(message_id: str, person: Myself, people: PeopleDep) -> None:
    """The message is read."""
    async with people.database.transaction(person.tenant) as unit:
        await people.mark_read(unit, person, message_id)


@router.get("/push/key")
async def read_push_key(_: Myself, people: PeopleDep) -> PushKeyView:
    """What a browser is subscribed with."""
    return PushKeyView(public_key=people.push_key)


@router.post("/push/subscriptions", status_code=http.HTTP_201_CREATED)
async def subscribe(body: NewPushSubscription, person: Myself, people: PeopleDep) -> PushSubscriptionView:
    """This browser is told by push. Said again it changes nothing, or makes the browser mine."""
    async with people.database.transaction(person.tenant) as unit:
        subscription_id = await people.subscribe(
            unit, person, endpoint=body.endpoint, public_key=body.keys.p256dh, auth_secret=body.keys.auth
        )
    return PushSubscriptionView(subscription_id=subscription_id)


@router.delete("/push/subscriptions/{subscription_id}", status_code=http.HTTP_204_NO_CONTENT)
async def unsubscribe(subscription_id: str, person: Myself, people: PeopleDep) -> None:
    """The browser is told nothing any more."""
    async with people.database.transaction(person.tenant) as unit:
        await people.unsubscribe(unit, person, subscription_id)
