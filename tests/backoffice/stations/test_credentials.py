"""A station's password changes, and at no moment is the station locked out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import Database
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable
from backoffice.kit.testing import SECRETS, MovableClock, eventually
from backoffice.stations.app import SERVICE
from backoffice.stations.commands import StationCommands
from backoffice.stations.credentials import Credentials
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import (
    CommandTimedOut,
    PasswordChangeOpen,
    PasswordRefused,
    StationOffline,
    StationRefusedCall,
)
from backoffice.stations.registry import Registry
from backoffice.stations.service import Stations
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.provisioning.messages import SetVariables, SetVariableStatus
from protocol.bus.commands import NO_PASSWORD, CommandAnswer, Outcome, RegistryEntry
from protocol.bus.secrets import credential_hash, credential_name
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import Node
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

KEY = StationKey(DEFAULT_TENANT, StationId("CP001"))
PEPPER = SECRETS["CREDENTIAL_PEPPER"].encode()
OLD = "an-old-password-16"


def hash_of(password: str) -> str:
    return credential_hash(password.encode(), pepper=PEPPER)


class Yard:
    """A registered station, and the use case that changes its password."""

    def __init__(self, place: HttpPlace, database: Database, clock: MovableClock) -> None:
        self.place = place
        self.clock = clock
        self.told: list[str] = []
        registry = Registry(place.bus, database, heartbeat_interval_s=300)
        dispatch = Dispatch(database, StationCommands(place.bus, timeout_s=1), clock=clock)
        stations = Stations(database, dispatch=dispatch, registry=registry, pepper=PEPPER, clock=clock)
        self.credentials = Credentials(stations, pepper=PEPPER, clock=clock, overlap=timedelta(hours=1))

    async def accept(self, password: str) -> SetVariableStatus:
        self.told.append(password)
        return SetVariableStatus.ACCEPTED

    async def take_with_the_next_boot(self, password: str) -> SetVariableStatus:
        self.told.append(password)
        return SetVariableStatus.REBOOT_REQUIRED

    async def refuse(self, _password: str) -> SetVariableStatus:
        return SetVariableStatus.REJECTED

    async def lose_the_answer(self, password: str) -> SetVariableStatus:
        self.told.append(password)
        raise CommandTimedOut(KEY.station, command="set_variables")

    async def show_it_and_refuse(self, password: str) -> SetVariableStatus:
        self.told.append(password)
        await self.come_with(password)
        await self.become(password)
        raise StationRefusedCall(KEY.station, code="NotSupported", detail="")

    async def be_away(self, _password: str) -> SetVariableStatus:
        raise StationOffline(KEY.station)

    async def right_hashes(self) -> set[str | None]:
        bucket = await self.place.bus.bucket(REGISTRY_BUCKET)
        entry = msgspec.json.decode((await bucket.get(station_key(KEY))).value or b"", type=RegistryEntry)
        return {entry.credential_hash, entry.previous_credential_hash} - {None}

    async def come_with(self, password: str) -> None:
        fact = StationConnected("n1", OcppVersion.V16, 1, credential=credential_name(hash_of(password)))
        await self.place.publish_fact(fact, station=KEY.station, epoch=1)

    async def become(self, *passwords: str) -> None:
        wanted = {hash_of(password) for password in passwords}

        async def is_so() -> bool:
            return await self.right_hashes() == wanted

        await eventually(is_so, what=f"{len(wanted)} right passwords")


@pytest_asyncio.fixture
async def yard(database_url: str, nats_url: str) -> AsyncIterator[Yard]:
    async with open_yard(database_url, nats_url) as opened:
        yield opened


@asynccontextmanager
async def open_yard(
    database_url: str, nats_url: str, *, password: str | None = OLD, **fields: Any
) -> AsyncIterator[Yard]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as place:
        body = {"station_id": "CP001", "password": password, "evses": [{"evse": 1}]} | fields
        made = await place.http.post("/api/v1/stations", json=body, headers=place.operator_headers())
        assert made.status_code == 201, made.text
        database = Database(database_url, service="stations", catalogue=CATALOGUE)
        try:
            yield Yard(place, database, place.clock)
        finally:
            await database.close()


async def test_both_passwords_are_right_until_the_station_shows_the_new_one(yard: Yard) -> None:
    await yard.credentials.rotate(KEY, yard.accept)
    [new] = yard.told
    await yard.become(OLD, new)

    await yard.come_with(OLD)
    await yard.come_with(new)

    await yard.become(new)


async def test_old_password_is_right_no_longer_after_the_deadline(yard: Yard) -> None:
    await yard.credentials.rotate(KEY, yard.accept)
    await yard.credentials.forget_expired()
    await yard.become(OLD, yard.told[0])
    yard.clock.advance(timedelta(hours=2))

    async def is_forgotten() -> bool:
        # A row that somebody works on is passed over until the next run; the service's own worker may be faster.
        await yard.credentials.forget_expired()
        return await yard.right_hashes() == {hash_of(yard.told[0])}

    await eventually(is_forgotten)


async def test_old_password_stays_right_for_a_station_that_takes_the_new_one_with_its_next_boot(yard: Yard) -> None:
    await yard.credentials.rotate(KEY, yard.take_with_the_next_boot)
    yard.clock.advance(timedelta(days=30))

    assert await yard.credentials.forget_expired() == 0
    await yard.become(OLD, yard.told[0])


async def test_station_that_had_no_password_is_let_in_until_it_shows_its_first(
    database_url: str, nats_url: str
) -> None:
    async with open_yard(database_url, nats_url, password=None, security_profiles=[0]) as yard:
        with pytest.raises(CommandTimedOut):
            await yard.credentials.rotate(KEY, yard.lose_the_answer)
        waiting = await yard.right_hashes()
        await yard.come_with(yard.told[0])

        assert waiting == {hash_of(yard.told[0]), NO_PASSWORD}
        await yard.become(yard.told[0])


async def test_write_that_is_late_does_not_bring_the_old_password_back(yard: Yard) -> None:
    body = {"location_id": "unassigned", "evses": [{"evse": 1}, {"evse": 2}]}
    saving = yard.place.http.put("/api/v1/stations/CP001", json=body, headers=yard.place.operator_headers())
    saved, _ = await asyncio.gather(saving, yard.credentials.rotate(KEY, yard.accept))

    assert saved.status_code == 200
    await yard.become(OLD, yard.told[0])


async def test_both_are_right_for_as_long_as_nobody_knows_what_the_station_has(yard: Yard) -> None:
    with pytest.raises(CommandTimedOut):
        await yard.credentials.rotate(KEY, yard.lose_the_answer)
    yard.clock.advance(timedelta(days=30))

    assert await yard.credentials.forget_expired() == 0
    await yard.become(OLD, yard.told[0])
    with pytest.raises(PasswordChangeOpen):
        await yard.credentials.rotate(KEY, yard.accept)


@pytest.mark.parametrize(("way", "error"), [("refuse", PasswordRefused), ("be_away", StationOffline)])
async def test_password_that_the_station_does_not_have_is_not_right(
    yard: Yard, way: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await yard.credentials.rotate(KEY, getattr(yard, way))

    await yard.become(OLD)


@pytest.mark.parametrize("error", [BusUnavailable("gone"), DatabaseUnavailable("gone"), RuntimeError("a defect")])
async def test_both_are_right_where_we_failed_after_the_station_was_told(yard: Yard, error: Exception) -> None:
    async def fail(password: str) -> SetVariableStatus:
        yard.told.append(password)
        raise error

    with pytest.raises(type(error)):
        await yard.credentials.rotate(KEY, fail)

    await yard.become(OLD, yard.told[0])


async def test_password_that_the_station_has_shown_stays_right_whatever_it_answers(yard: Yard) -> None:
    with pytest.raises(StationRefusedCall):
        await yard.credentials.rotate(KEY, yard.show_it_and_refuse)

    await yard.become(yard.told[0])


REFUSED = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"results":[{"status":"Rejected"}]}'))


@pytest.mark.parametrize(
    ("answer", "status", "is_known"),
    [
        (CommandAnswer(Outcome.UNREADABLE, detail="unreadable answer"), 504, False),
        (CommandAnswer(Outcome.TIMED_OUT), 504, False),
        (CommandAnswer(Outcome.CALL_ERROR, error_code="InternalError"), 502, False),
        (CommandAnswer(Outcome.CALL_ERROR, error_code="NotSupported"), 502, True),
        (CommandAnswer(Outcome.BUSY, detail="16 commands wait"), 503, True),
        (CommandAnswer(Outcome.NOT_EXPRESSIBLE), 409, True),
        (REFUSED, 409, True),
    ],
    ids=lambda value: str(getattr(value, "outcome", value)),
)
async def test_answer_decides_which_passwords_are_right(
    yard: Yard, answer: CommandAnswer, status: int, *, is_known: bool
) -> None:
    node = Node(yard.place)
    node.answer = answer
    await node.listen()

    rotated = await rotate(yard)

    told = msgspec.json.decode(node.sent[0].message, type=SetVariables).assignments[0].value
    assert rotated == status
    await yard.become(*((OLD,) if is_known else (OLD, told)))


async def test_rotation_waits_for_no_station(yard: Yard) -> None:
    later = (yard.clock() + timedelta(hours=1)).isoformat()

    rotated = await rotate(yard, queue_until=later)

    listed = await yard.place.http.get("/api/v1/stations/CP001/commands", headers=yard.place.operator_headers())
    assert rotated == 409
    assert [(one["command"], one["state"]) for one in listed.json()["items"]] == [("set_variables", "failed")]
    await yard.become(OLD)


async def rotate(yard: Yard, **params: str) -> int:
    path, headers = "/api/v1/stations/CP001/commands/rotate_password", yard.place.operator_headers()
    return (await yard.place.http.post(path, params=params, headers=headers)).status_code
