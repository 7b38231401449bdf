"""A driver who is deleted is nowhere: not in a row of any table, a message of any stream, or a line of any log."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import nats
import pytest
from nats.js.errors import NotFoundError

from chargeyard.platform import Platform
from chargeyard.rest import RestClient, RestRefused
from protocol.domain.time import format_timestamp
from tests.acceptance.independent import independent_station
from tests.acceptance.network import GOOD_CARD, PASSWORD, Network, eventually
from tests.acceptance.test_parking import NOW, add_bay, see, stay_in

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

PERSON = {
    "name": "Quillon Zarathustrian",
    "mail": "quillon.zarathustrian@example.com",
    "token": "QZTOKEN7788123",
    "phone": "+49 30 99887766",
    "plate": "QZ-PL 4711",
    "plate as it is compared": "QZPL4711",
    "vehicle": "Zarathustrian roadster",
    "note": "behind the quillonian garden",
}
# Plates that devices read are hashed as they come in, and the provider alone has the number of a card.
NEVER_KEPT = {"plate as it is compared", "card"}

# The driver's id alone, which leads to nobody once identity has forgotten: the books, where it is a customer's number,
# and what was said of it, until it is too old (7 days and 90).
ID_STAYS_IN_TABLES = {"billing.invoices", "billing.ledger_entries"} | {
    f"{service}.outbox" for service in ("billing", "identity", "notifications", "reservations", "sessions")
}
ID_STAYS_IN_STREAMS = {"FACTS", "DOMAIN"}

Found = Mapping[str, set[str]]
"""Which of the words each table, stream or log has."""


async def search_tables(platform: Platform, words: Mapping[str, str]) -> Found:
    """Every column of every table that is not PostgreSQL's own, whatever its type; bytes are searched as bytes."""
    database = await platform.servers.postgres.connect()
    try:
        tables = await database.fetch("""
            SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')""")
        assert len(tables) > 100
        found = {}
        for table in tables:
            name = str(table["name"])
            rows = await database.fetch(f"SELECT to_jsonb(t)::text AS row FROM {name} t")
            found[name] = words_in("\n".join(row["row"] for row in rows), words)
        return {name: words_found for name, words_found in found.items() if words_found}
    finally:
        await database.close()


async def search_streams(platform: Platform, words: Mapping[str, str]) -> Found:
    """Every message of every stream, those behind key-value buckets too."""
    client = await nats.connect(platform.servers.nats_url)
    try:
        jetstream, found = client.jetstream(), {}
        for stream in await client.jsm().streams_info():
            name, texts = str(stream.config.name), []
            for sequence in range(stream.state.first_seq, stream.state.last_seq + 1):
                try:
                    message = await jetstream.get_msg(name, sequence)
                except NotFoundError:
                    continue  # a newer value took its place
                texts.append(f"{message.subject} {(message.data or b'').decode(errors='replace')}")
            found[name] = words_in("\n".join(texts), words)
        assert {"FACTS", "READINGS", "DOMAIN", "FRAMES"} <= set(found)
        return {name: words_found for name, words_found in found.items() if words_found}
    finally:
        await client.close()


def search_logs(platform: Platform, words: Mapping[str, str]) -> Found:
    logs = {path.name: path.read_text(errors="replace") for path in (platform.servers.data_dir / "logs").glob("*.log")}
    assert {"gateway.log", "backoffice.log"} <= set(logs)
    found = {name: words_in(text, words) for name, text in logs.items()}
    return {name: words_found for name, words_found in found.items() if words_found}


def words_in(text: str, words: Mapping[str, str]) -> set[str]:
    """Which of the words are there, as they are or as hexadecimal bytes; case and escapes do not hide them."""
    plain = re.sub(r"\\+", "", text).lower()
    return {
        what
        for what, word in words.items()
        if word.lower() in plain or word.encode().hex() in plain or word.lower().encode().hex() in plain
    }


async def live(network: Network, client: RestClient) -> None:
    """The person registers, says all that one can say, charges, parks, reserves, pays and is told of it."""
    registration = {"email": PERSON["mail"], "password": PASSWORD, "name": PERSON["name"], "language": "de"}
    await client.post("/auth/register", registration)
    await client.log_in(PERSON["mail"], PASSWORD)
    await client.post("/me/tokens", {"value": PERSON["token"], "type": "ISO14443"})
    await client.post("/billing/payment-methods", {"card_number": GOOD_CARD})
    profile = {"display_name": PERSON["name"], "language": "de", "phone": PERSON["phone"], "timezone": "Europe/Berlin"}
    await client.put("/profiles/me", profile)
    await client.post("/profiles/me/vehicles", {"name": PERSON["vehicle"], "plate": PERSON["plate"]})
    await client.post("/profiles/me/favourites", {"location_id": "yard", "note": PERSON["note"]})
    await charge(network)
    await park(network, client)
    await reserve(client)
    await client.post("/profiles/me/export")
    await eventually(lambda: has_export(client), what="an export")


async def charge(network: Network) -> None:
    async with independent_station(network.platform.station_url, "FORGET", "1.6") as station:
        assert await station.boot() == "Accepted"
        assert await station.authorize(PERSON["token"]) == "Accepted"
        assert await station.begin(PERSON["token"], meter_wh=0) == "Accepted"
        await station.report(5_000)
        await station.end(PERSON["token"], meter_wh=10_000)
    session = await network.session_of("FORGET")
    assert (await network.receipt(session["id"]))["invoice"]["state"] == "paid"


async def park(network: Network, client: RestClient) -> None:
    await add_bay(network, "FORGOTTEN")
    came_at, left_at = NOW - timedelta(hours=6), NOW - timedelta(hours=5)
    plate = {"kind": "plate", "change": "occupied", "at": format_timestamp(came_at), "plate": PERSON["plate"]}
    await network.operator.post("/bays/FORGOTTEN/events", plate)
    await stay_in(network, "FORGOTTEN", state="parked")
    await client.post("/parking-sessions/claims", {"bay_id": "FORGOTTEN"})
    await see(network, "FORGOTTEN", "vacated", left_at)
    stay = await stay_in(network, "FORGOTTEN", state="completed")
    assert (await network.receipt(stay["id"]))["invoice"]["state"] == "paid"


async def reserve(client: RestClient) -> None:
    begins_at = NOW + timedelta(days=2)
    body = {
        "places": [{"station_id": "FORGET", "evse": 1}],
        "begins_at": format_timestamp(begins_at),
        "ends_at": format_timestamp(begins_at + timedelta(hours=1)),
    }
    made = await client.post("/reservations", body, key="forgotten-reservation")
    with pytest.raises(RestRefused, match="reservation") as refused:
        await client.delete("/profiles/me", {"password": PASSWORD})
    assert refused.value.status == 409
    await client.post(f"/reservations/{made['id']}/cancel", {"reason": PERSON["note"]}, key="forgotten-cancellation")


async def has_export(client: RestClient) -> Any:
    export = await client.get("/profiles/me/export")
    if export["state"] != "ready":
        return None
    document = await client.get("/profiles/me/export/json")
    services = document["services"]
    assert services["identity"]["account"][0]["name"] == PERSON["name"]
    assert services["profiles"]["vehicles"][0]["plate"] == PERSON["plate"]
    assert [row["state"] for row in services["sessions"]["charging_sessions"]] == ["completed"]
    assert len(services["sessions"]["cdrs"]) == 1
    assert [row["state"] for row in services["reservations"]["reservations"]] == ["cancelled"]
    assert {row["kind"] for row in services["billing"]["invoices"]} == {"charging", "parking"}
    assert services["billing"]["payment_methods"][0]["last4"] == GOOD_CARD[-4:]
    return document


def beyond(found: Found, allowed: set[str]) -> dict[str, set[str]]:
    """What was found where it may not be: the id may be in what is `allowed`, and nothing else anywhere."""
    left = {name: words - ({"id"} if name in allowed else set()) for name, words in found.items()}
    return {name: words for name, words in left.items() if words}


async def test_deleted_driver_is_found_nowhere(network: Network, platform: Platform) -> None:
    await network.add_station("FORGET")
    async with RestClient(platform.rest_url) as client:
        await live(network, client)
        words = {**PERSON, "card": GOOD_CARD, "id": client.account_id}
        before = await search_tables(platform, words)

        await client.delete("/profiles/me", {"password": PASSWORD})

    assert set().union(*before.values()) == set(words) - NEVER_KEPT
    left: dict[str, set[str]] = {}

    async def is_forgotten() -> bool:
        left.clear()
        left.update(beyond(await search_tables(platform, words), ID_STAYS_IN_TABLES))
        return not left

    try:
        await eventually(is_forgotten, within_s=30, what="no row of the driver")
    finally:
        assert left == {}
    assert beyond(await search_streams(platform, words), ID_STAYS_IN_STREAMS) == {}
    assert beyond(search_logs(platform, words), set()) == {}
