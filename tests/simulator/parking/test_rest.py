"""Words by HTTP: in order, again after silence, once where it counts, and never beyond the bound."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from simulator.parking.plan import Device
from simulator.parking.rest import Account, PlatformRefused, RestSpeaker
from simulator.parking.words import BayReport, Change, CheckIn, Outcome, Reserve

pytestmark = pytest.mark.asyncio

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)
OPERATOR = Account("op@example.com", "secret", "operator")
Answer = Callable[[httpx.Request], httpx.Response]


def ok(body: object = None) -> httpx.Response:
    return httpx.Response(200, json=body or {})


def problem(status: int, kind: str = "conflict") -> httpx.Response:
    return httpx.Response(status, json={"type": f"urn:chargeyard:problem:{kind}", "detail": f"a {kind}"})


class Platform:
    """Answers as its scripts say, one after the other by path; then 200. Keeps every request."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.scripts: dict[str, list[Answer | httpx.Response | Exception]] = defaultdict(list)
        self.logins = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        await asyncio.sleep(0)
        script = self.scripts[path].pop(0) if self.scripts[path] else None
        if path == "/auth/login" and script is None:
            self.logins += 1
            email = json.loads(request.content)["email"]
            return ok({"account_id": f"id of {email}", "access_token": f"{email} {self.logins}"})
        self.requests.append(request)
        if isinstance(script, Exception):
            raise script
        if isinstance(script, httpx.Response):
            return script
        return ok() if script is None else script(request)

    def said(self, path: str = "/bays/P1/events") -> list[dict[str, object]]:
        return [json.loads(one.content) for one in self.requests if one.url.path == f"/api/v1{path}"]


@asynccontextmanager
async def speaking(platform: Platform, **options: object) -> AsyncIterator[RestSpeaker]:
    made = RestSpeaker(
        "http://platform",
        OPERATOR,
        passwords={"ann": "a", "bob": "b"},
        transport=httpx.MockTransport(platform.answer),
        **options,
    )
    async with asyncio.timeout(20), made as speaker, asyncio.TaskGroup() as tasks, speaker.using(tasks):
        yield speaker


def report(second: int = 0, *, bay_id: str = "P1", change: Change = Change.OCCUPIED) -> BayReport:
    return BayReport("default", bay_id, Device.SENSOR, change, T0 + timedelta(seconds=second))


async def test_what_is_said_is_what_the_rest_interface_takes() -> None:
    platform, outcomes = Platform(), []
    async with speaking(platform) as speaker:
        speaker.say(BayReport("default", "P1", Device.PLATE, Change.OCCUPIED, T0, "B-XY 1"), outcomes.append)
        speaker.say(CheckIn("default", "P1", "ann", T0), outcomes.append)
        speaker.say(Reserve("default", "P1", "bob", T0, T0 + timedelta(hours=1)), outcomes.append)
        await speaker.drained(10)

    assert [one.is_taken for one in outcomes] == [True, True, True]
    assert [one.driver_id for one in outcomes] == [None, "id of ann", "id of bob"]
    assert platform.said() == [
        {"kind": "plate", "change": "occupied", "at": "2026-03-04T10:00:00.000Z", "plate": "B-XY 1"}
    ]
    assert platform.said("/parking-sessions/claims") == [{"bay_id": "P1", "since": "2026-03-04T10:00:00.000Z"}]
    (reservation,) = platform.said("/reservations")
    assert reservation["places"] == [{"bay_id": "P1"}]
    authors = [one.headers["Authorization"].split()[1] for one in platform.requests]
    assert authors == ["op@example.com", "ann", "bob"]


async def test_the_words_of_a_bay_keep_their_order_through_silence_and_failures() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/bays/P1/events"] = [
        httpx.ConnectError("away"),
        problem(503),
        problem(429),
        httpx.ReadTimeout(""),
    ]
    async with speaking(platform) as speaker:
        for second in range(4):
            speaker.say(report(second), outcomes.append)
        speaker.say(report(9, bay_id="P2"), outcomes.append)
        await speaker.drained(15)

    seconds = [str(one["at"])[17:19] for one in platform.said()]
    assert seconds == ["00", "00", "00", "00", "00", "01", "02", "03"]
    assert [one.is_taken for one in outcomes] == [True] * 5
    # Another bay waits for none of it.
    assert [one.url.path for one in platform.requests][:3].count("/api/v1/bays/P2/events") == 1


async def test_a_driver_who_is_faster_than_the_platform_tries_again() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/parking-sessions/claims"] = [problem(409, "bay-is-empty"), problem(409, "bay-is-empty")]
    async with speaking(platform) as speaker:
        speaker.say(CheckIn("default", "P1", "ann", T0), outcomes.append)
        speaker.say(report(5, change=Change.VACATED), outcomes.append)
        await speaker.drained(10)

    assert [one.url.path.rsplit("/", 1)[1] for one in platform.requests] == ["claims", "claims", "claims", "events"]
    assert outcomes[0] == Outcome(is_taken=True, driver_id="id of ann")


async def test_a_bay_that_stays_empty_is_given_up_and_holds_up_nobody() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/parking-sessions/claims"] = [problem(409, "bay-is-empty")] * 50
    async with speaking(platform, patience_s=0.5) as speaker:
        speaker.say(CheckIn("default", "P1", "ann", T0), outcomes.append)
        speaker.say(report(5, change=Change.VACATED), outcomes.append)
        await speaker.drained(10)

    assert [one.is_taken for one in outcomes] == [False, True]
    assert "empty" in outcomes[0].reason


async def test_what_is_refused_is_not_said_again() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/parking-sessions/claims"] = [problem(409, "parked-by-another")]
    platform.scripts["/bays/P9/events"] = [problem(404, "bay-not-found")]
    async with speaking(platform) as speaker:
        speaker.say(CheckIn("default", "P1", "ann", T0), outcomes.append)
        speaker.say(report(bay_id="P9"), outcomes.append)
        speaker.say(CheckIn("default", "P2", "nobody", T0), outcomes.append)
        await speaker.drained(10)

    assert [one.is_taken for one in outcomes] == [False] * 3
    assert {one.reason for one in outcomes} == {
        "409: a parked-by-another",
        "404: a bay-not-found",
        "nobody has no password here",
    }
    assert len(platform.requests) == 2


async def test_a_token_that_has_expired_is_replaced() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/bays/P1/events"] = [problem(401, "unauthenticated")]
    async with speaking(platform) as speaker:
        speaker.say(report(), outcomes.append)
        await speaker.drained(10)

    assert [one.headers["Authorization"] for one in platform.requests] == [
        "Bearer op@example.com 1",
        "Bearer op@example.com 2",
    ]
    assert outcomes[0].is_taken


async def test_a_reservation_that_is_said_again_has_the_same_key() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/reservations"] = [httpx.ReadTimeout("")]
    async with speaking(platform) as speaker:
        for bay_id in ("P1", "P2"):
            speaker.say(Reserve("default", bay_id, "ann", T0, T0 + timedelta(hours=1)), outcomes.append)
        await speaker.drained(10)

    keys: dict[str, set[str]] = defaultdict(set)
    for one in platform.requests:
        keys[json.loads(one.content)["places"][0]["bay_id"]].add(one.headers["Idempotency-Key"])
    assert [len(found) for found in keys.values()] == [1, 1]
    assert len(set.union(*keys.values())) == 2
    assert len(platform.requests) == 3


async def test_beyond_its_bound_a_bays_words_are_refused() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/bays/P1/events"] = [httpx.ConnectError("away")]
    async with speaking(platform, queued=3) as speaker:
        for second in range(5):
            speaker.say(report(second), outcomes.append)
        await speaker.drained(10)

    assert [one.is_taken for one in outcomes] == [False, False, True, True, True]


async def test_what_is_not_said_in_time_is_given_up_without_an_outcome() -> None:
    platform, outcomes = Platform(), []
    platform.scripts["/bays/P1/events"] = [httpx.ConnectError("away")] * 100
    async with speaking(platform) as speaker:
        speaker.say(report(), outcomes.append)
        await speaker.drained(0.3)

    assert outcomes == []
    assert len(platform.requests) >= 1


@pytest.mark.parametrize("script", [problem(401, "wrong-credentials"), httpx.ConnectError("refused")])
async def test_an_operator_who_may_not_log_in_ends_it_with_a_sentence(script: httpx.Response | Exception) -> None:
    platform = Platform()
    platform.scripts["/auth/login"] = [script]

    with pytest.raises(PlatformRefused, match=r"may not log in|cannot be asked"):
        async with speaking(platform):
            pass
