"""A process that dies while it sends loses nothing, and what goes out twice goes out under one name."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest_asyncio
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.bus import Bus
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.migrations import migrate
from backoffice.kit.settings import read_settings
from backoffice.kit.testing import MovableClock, eventually
from backoffice.notifications import repository
from backoffice.notifications.app import SERVICE
from backoffice.notifications.channels.in_app import InAppChannel
from backoffice.notifications.channels.mail import MailChannel
from backoffice.notifications.channels.port import ChannelPort, Outcome, Parcel, Result
from backoffice.notifications.composing import Composer
from backoffice.notifications.kinds import Channel, Kind
from backoffice.notifications.packing import Packer
from backoffice.notifications.sending import Lane, Sender
from backoffice.notifications.service import Notice, Notifications
from backoffice.notifications.settings import NotificationsSettings
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.notifications.harness import DRIVER, Identity
from tests.backoffice.notifications.receivers import MailServer, waits_for
from tests.backoffice.notifications.samples import DATA

LEASE = timedelta(minutes=1)


class DiesBeforeItIsMarked:
    """A way on which everything arrives, and whose process does not live to say so."""

    def __init__(self, port: ChannelPort) -> None:
        self._port = port
        self.has_arrived = asyncio.Event()

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        await self._port.send(parcel, now=now)
        self.has_arrived.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


class Takes:
    """A way that takes everything, as slowly as it is let."""

    def __init__(self) -> None:
        self.took: list[str] = []
        self.may_take = asyncio.Event()

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        self.took.append(f"{parcel.id} {now}")
        await self.may_take.wait()
        return Outcome(Result.SENT)


class Office:
    """Notifications without its process: senders are made, and die, by hand."""

    def __init__(self, database: Database, bus: Bus, settings: NotificationsSettings) -> None:
        self.clock = MovableClock()
        self.settings = settings
        self.database = database
        self.notifications = Notifications(database, bus, settings=settings, clock=self.clock)
        self._packer = Packer(database, bus, Composer(brand="Yard", app_url=None), settings=settings, clock=self.clock)

    async def tell(self, cause: str = "c-1") -> None:
        notice = Notice(
            kind=Kind.RECEIPT,
            cause=cause,
            about="i-1",
            happened_at=self.clock(),
            said_at=self.clock(),
            data=DATA[Kind.RECEIPT],
            recipient=DRIVER,
        )
        async with self.database.transaction(DEFAULT_TENANT) as unit:
            await self.notifications.tell(unit, notice)

    @asynccontextmanager
    async def sender(self, channel: Channel, port: ChannelPort) -> AsyncIterator[None]:
        """One that lives as long as the context."""
        lane = Lane(channel, port, at_once=2)
        sender = Sender(self.database, self._packer, lane, lease=LEASE, clock=self.clock)
        running = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def states(self, channel: Channel) -> list[tuple[str, int]]:
        async with self.database.transaction(DEFAULT_TENANT) as unit:
            rows = await repository.list_deliveries(
                unit, state=None, channel=channel, kind=None, recipient=None, cursor=None, limit=10
            )
        return [(row.state, row.attempts) for row in rows]


@pytest_asyncio.fixture
async def office(database_url: str, nats_url: str, identity: Identity, mails: MailServer) -> AsyncIterator[Office]:
    environ = {
        "TOKEN_KEY": "k" * 16,
        "NOTIFICATIONS_SMTP_HOST": "127.0.0.1",
        "NOTIFICATIONS_SMTP_PORT": str(mails.port),
        "NOTIFICATIONS_SMTP_SECURITY": "none",
    }
    settings = read_settings([NotificationsSettings], environ).of(NotificationsSettings)
    await migrate(database_url, [SERVICE])
    database = Database(database_url, service=SERVICE.name, catalogue=CATALOGUE)
    async with Bus.connected(nats_url, name="test") as bus:
        playing = [asyncio.create_task(bus.serve(answerer)) for answerer in identity.answerers()]
        yield Office(database, bus, settings)
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
    await database.close()


async def test_letter_whose_sender_died_before_the_mark_comes_again_under_its_message_id(
    office: Office, mails: MailServer
) -> None:
    mail = MailChannel(office.settings)
    dying = DiesBeforeItIsMarked(mail)
    await office.tell()
    async with office.sender(Channel.EMAIL, dying):
        await asyncio.wait_for(dying.has_arrived.wait(), timeout=20)
    assert await office.states(Channel.EMAIL) == [("sending", 1)]

    async with office.sender(Channel.EMAIL, mail):
        office.clock.advance(LEASE)
        await eventually(waits_for(lambda: len(mails.letters) == 2))
        await eventually(states_are(office, Channel.EMAIL, ("sent", 2)))

    first, second = mails.letters
    assert first["Message-ID"] == second["Message-ID"]


async def test_message_whose_sender_died_before_the_mark_is_in_its_inbox_once(office: Office) -> None:
    in_app = InAppChannel(office.database)
    dying = DiesBeforeItIsMarked(in_app)
    await office.tell()
    async with office.sender(Channel.IN_APP, dying):
        await asyncio.wait_for(dying.has_arrived.wait(), timeout=20)

    async with office.sender(Channel.IN_APP, in_app):
        office.clock.advance(LEASE)
        await eventually(states_are(office, Channel.IN_APP, ("sent", 2)))

    assert await count(office, "messages") == 1
    assert await count(office, "outbox") == 1


async def test_two_senders_take_no_delivery_both(office: Office) -> None:
    way = Takes()
    way.may_take.set()
    for number in range(8):
        await office.tell(f"c-{number}")

    async with office.sender(Channel.IN_APP, way), office.sender(Channel.IN_APP, way):
        await eventually(states_are(office, Channel.IN_APP, *[("sent", 1)] * 8))

    assert len(way.took) == 8


async def test_sender_that_comes_too_late_marks_nothing_of_who_took_over(office: Office) -> None:
    late, second = Takes(), Takes()
    await office.tell()
    async with office.sender(Channel.IN_APP, late):
        await eventually(waits_for(lambda: late.took))
        office.clock.advance(LEASE)
        async with office.sender(Channel.IN_APP, second):
            await eventually(waits_for(lambda: second.took))
            await office.tell("c-2")

            late.may_take.set()
            await eventually(waits_for(lambda: len(late.took) == 2), what="the late one being through with its first")
            still = await office.states(Channel.IN_APP)
            second.may_take.set()

            await eventually(states_are(office, Channel.IN_APP, ("sent", 1), ("sent", 2)))

    assert still[-1] == ("sending", 2)


async def test_log_reaches_back_as_far_as_is_set(office: Office) -> None:
    await office.tell()
    office.clock.advance(timedelta(days=89))
    await office.tell("c-2")
    await office.notifications.forget_old()
    assert await count(office, "notifications") == 2

    office.clock.advance(timedelta(days=2))
    await office.notifications.forget_old()

    assert await count(office, "notifications") == 1
    assert await count(office, "deliveries") == 2


def states_are(office: Office, channel: Channel, *wanted: tuple[str, int]) -> Callable[[], Awaitable[bool]]:
    """Whether the channel's deliveries are in these states, after so many attempts."""

    async def found() -> bool:
        return await office.states(channel) == list(wanted)

    return found


async def count(office: Office, table: str) -> int:
    async with office.database.transaction(ALL_TENANTS) as unit:
        counted: int = (await unit.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        return counted
