"""OCPP 2.0.1 G and H: availability and reservations."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import EVSE, Transaction, authorize, charge, id_token, status
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, later, now, require_future, still_there


async def statuses(bench: Bench) -> None:
    async with bench.station() as wire:
        await status(wire, "Occupied", "Faulted", "Unavailable", "Reserved", "Available")
        await still_there(wire)


_PLACES: dict[str, Json] = {"station": {}, "EVSE": {"evse": {"id": 1}}, "connector": {"evse": EVSE}}


async def change(bench: Bench, wire: Wire, place: str, word: str, *, answer: str = "Accepted") -> None:
    """The place becomes Operative or Inoperative, as the station answers."""
    order = _PLACES[place] | {"operationalStatus": word}
    asked = await bench.order(wire, "ChangeAvailability", order, answer={"status": answer})
    require(asked == order, f"ChangeAvailability asks for {asked}; {order} is due.")


async def availability(bench: Bench, place: str, *, is_operative: bool) -> None:
    async with bench.station() as wire:
        await change(bench, wire, place, "Inoperative")
        await status(wire, "Unavailable")
        if is_operative:
            await change(bench, wire, place, "Operative")
            await status(wire, "Available")
        await still_there(wire)


async def availability_in_a_session(bench: Bench, place: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Occupied")
        transaction = await charge(wire, token)
        await change(bench, wire, place, "Inoperative", answer="Scheduled")
        await transaction.end(token=token)
        await status(wire, "Unavailable")


async def lock_failure(bench: Bench) -> None:
    event = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Alerting",
        "actualValue": "true",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "ConnectorPlugRetentionLock", "evse": EVSE},
        "variable": {"name": "Problem"},
    }
    async with bench.station() as wire:
        await wire.call("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[event])
        await still_there(wire)


async def reserve(
    bench: Bench, wire: Wire, token: str, *, number: int = 11, word: str = "Accepted", **fields: Json
) -> int:
    """The id of the reservation, which the CSMS may choose."""
    due = {"idToken": id_token(token)} | fields
    asked = await bench.order(
        wire,
        "ReserveNow",
        {"id": number, "expiryDateTime": later(hours=1)} | due,
        answer={"status": word},
        match=lambda asked: due.items() <= asked.items(),
    )
    require_future(asked["expiryDateTime"], "The expiryDateTime of the reservation")
    require("evseId" in fields or "evseId" not in asked, "The reservation is for one EVSE; any is due.")
    return int(asked["id"])


async def reserve_and_use(bench: Bench, fields: Json) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        number = await reserve(bench, wire, token, **fields)
        await status(wire, "Reserved")
        await authorize(wire, token)
        transaction = Transaction(wire)
        await transaction.start(token=token, reservationId=number)
        await transaction.end(token=token)


async def reservation_ends(bench: Bench, word: str, connector: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        number = await reserve(bench, wire, token, evseId=1)
        await status(wire, "Reserved")
        await wire.call("ReservationStatusUpdate", reservationId=number, reservationUpdateStatus=word)
        await status(wire, connector)


async def cancel(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        number = await reserve(bench, wire, token, evseId=1)
        await status(wire, "Reserved")
        await bench.order(wire, "CancelReservation", {"reservationId": number}, answer=ACCEPTED)
        await status(wire, "Available")


async def reserve_for_a_group(bench: Bench) -> None:
    group = bench.unknown_token()[-18:]
    one, other = await bench.token(group=group), await bench.token(group=group)
    async with bench.station() as wire:
        token = {"idToken": group, "type": "Central"}
        number = await reserve(bench, wire, one, evseId=1, groupIdToken=token)
        info = await authorize(wire, other)
        require(info.get("groupIdToken") == token, f"The groupIdToken is {info.get('groupIdToken')}; {token} is due.")
        transaction = Transaction(wire)
        await transaction.start(token=other, reservationId=number)
        await transaction.end(token=other)


async def reserve_every_evse(bench: Bench) -> None:
    tokens = [await bench.token() for _ in range(3)]
    async with bench.station(evses=2) as wire:
        await status(wire, "Available", evse=2)
        for evse in (1, 2):
            await reserve(bench, wire, tokens[evse], number=evse)
            await status(wire, "Reserved", evse=evse)
        await reserve(bench, wire, tokens[0], number=3, word="Occupied")


async def reserve_refused(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await reserve(bench, wire, token, word="Rejected", evseId=1)
        await still_there(wire)


_AVAILABILITY = (Need.COMMANDS, Need.CHANGE_AVAILABILITY)
AVAILABILITY: Block = (
    "G availability",
    (
        case("TC_G_01_CSMS", "Status of a connector", statuses),
        *(
            case(
                f"TC_G_0{number}_CSMS",
                f"The {place} becomes {'operative' if is_operative else 'inoperative'}",
                partial(availability, place=place, is_operative=is_operative),
                *_AVAILABILITY,
            )
            for number, place, is_operative in (
                (3, "EVSE", False),
                (4, "EVSE", True),
                (5, "station", False),
                (6, "station", True),
                (7, "connector", False),
                (8, "connector", True),
            )
        ),
        *(
            case(
                f"TC_G_{number}_CSMS",
                f"The {place} becomes inoperative after the session",
                partial(availability_in_a_session, place=place),
                Need.TOKENS,
                *_AVAILABILITY,
            )
            for number, place in ((11, "EVSE"), (14, "station"), (17, "connector"))
        ),
        case("TC_G_20_CSMS", "Lock failure", lock_failure),
    ),
)
_RESERVE = (Need.COMMANDS, Need.RESERVATION, Need.TOKENS)
RESERVATION: Block = (
    "H reservation",
    (
        case("TC_H_01_CSMS", "Reserve an EVSE", partial(reserve_and_use, fields={"evseId": 1}), *_RESERVE),
        case(
            "TC_H_07_CSMS",
            "The reservation expires",
            partial(reservation_ends, word="Expired", connector="Available"),
            *_RESERVE,
        ),
        case("TC_H_08_CSMS", "Reserve any EVSE", partial(reserve_and_use, fields={}), *_RESERVE),
        case("TC_H_14_CSMS", "As many reservations as EVSEs", reserve_every_evse, *_RESERVE),
        case(
            "TC_H_15_CSMS",
            "Reserve a kind of connector",
            partial(reserve_and_use, fields={"connectorType": "cCCS2"}),
            *_RESERVE,
        ),
        case("TC_H_17_CSMS", "Cancel a reservation", cancel, *_RESERVE),
        case("TC_H_19_CSMS", "A sibling uses the reservation", reserve_for_a_group, Need.GROUPS, *_RESERVE),
        case(
            "TC_H_20_CSMS",
            "The station drops the reservation",
            partial(reservation_ends, word="Removed", connector="Faulted"),
            *_RESERVE,
        ),
        case("TC_H_22_CSMS", "Reserve: rejected", reserve_refused, *_RESERVE),
    ),
)
