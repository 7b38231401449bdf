"""Whose session it is, where tokens are deferred, stop others' sessions, or are master passes."""

import random

import pytest
from hypothesis import given, strategies as st

from backoffice.contracts.stations import StopTransaction
from backoffice.kit.testing import eventually
from backoffice.sessions.precedence import MOST_ASKED, Presented, Standing, payer_of, with_token, with_verdict
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.blocks.transactions.events import TransactionFact, TransactionUpdated
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdTokenType, TokenRef
from tests.backoffice.sessions.harness import TX, Others, ended, publish, session_in, started
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

DEFERRED = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.DEFERRED)
REFUSED = Authorization(AuthorizationStatus.INVALID, AuthorizationBasis.IDENTITY)
MASTER_PASS = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, group="MASTERPASS")
UNKNOWN = TokenVerdict(AuthorizationStatus.UNKNOWN)


def card(name: str, kind: IdTokenType = IdTokenType.ISO14443) -> TokenRef:
    return TokenRef(f"ref-{name}", f"…{name}", kind)


def accepted(driver: str, group: str | None = None) -> Authorization:
    return Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, DriverId(driver), group=group)


async def tell(place: HttpPlace, *facts: TransactionFact) -> None:
    for minutes, fact in enumerate(facts):
        await publish(place, fact, minutes=minutes)


async def test_payment_at_the_terminal_is_asked_about_by_its_type(place: HttpPlace, others: Others) -> None:
    await tell(place, started(token=card("pay", IdTokenType.DIRECT_PAYMENT), authorization=DEFERRED), ended())

    await session_in(place, "completed")

    asked = others.were_asked(AuthorizeToken)[0]
    assert (asked.token_ref, asked.mask, asked.type) == ("ref-pay", "…pay", IdTokenType.DIRECT_PAYMENT)


@pytest.mark.parametrize(
    "stopper", [accepted("driver-2", "FAMILY"), MASTER_PASS, REFUSED], ids=["group", "master pass", "bad card"]
)
@pytest.mark.parametrize("is_asked_first", [True, False])
async def test_driver_who_was_deferred_pays_also_where_another_card_stops(
    place: HttpPlace, others: Others, stopper: Authorization, is_asked_first: bool
) -> None:
    others.verdicts["ref-own"] = TokenVerdict(AuthorizationStatus.ACCEPTED, DriverId("driver-1"))
    stop = TransactionUpdated(
        transaction_id=TX, seq_no=1, trigger="StopAuthorized", token=card("stopper"), authorization=stopper
    )
    await publish(place, started(seq_no=0, token=card("own"), authorization=DEFERRED))
    if is_asked_first:

        async def is_known() -> bool:
            return bool((await session_in(place, "charging"))["driver_id"] == "driver-1")

        await eventually(is_known)
    await publish(place, stop, minutes=1)
    await publish(place, ended(seq_no=2), minutes=2)

    session = await session_in(place, "completed")

    assert (session["driver_id"], session["flags"]) == ("driver-1", [])


async def test_second_card_pays_only_where_the_deferred_one_turns_out_bad(place: HttpPlace, others: Others) -> None:
    others.verdicts["ref-own"] = UNKNOWN
    second = TransactionUpdated(transaction_id=TX, seq_no=1, token=card("2"), authorization=accepted("driver-2"))
    await tell(place, started(seq_no=0, token=card("own"), authorization=DEFERRED), second, ended(seq_no=2))

    session = await session_in(place, "completed")

    assert (session["driver_id"], session["flags"]) == ("driver-2", ["refused_unknown"])


@pytest.mark.parametrize("is_deferred", [True, False])
async def test_master_pass_alone_charges_nothing(place: HttpPlace, others: Others, is_deferred: bool) -> None:
    others.verdict = TokenVerdict(AuthorizationStatus.ACCEPTED, group="MASTERPASS")
    await publish(place, started(token=card("m"), authorization=DEFERRED if is_deferred else MASTER_PASS))

    session = await session_in(place, "unauthorised")

    async def is_stopped() -> bool:
        return bool(others.were_asked(StopTransaction))

    await eventually(is_stopped)
    assert (session["driver_id"], session["flags"]) == (None, ["refused_master_pass"])


async def test_master_pass_takes_no_session_from_its_driver(place: HttpPlace, others: Others) -> None:
    update = TransactionUpdated(transaction_id=TX, seq_no=1, token=card("m"), authorization=MASTER_PASS)
    await tell(place, started(seq_no=0), update, ended(seq_no=2, token=card("m"), authorization=MASTER_PASS))

    assert (await session_in(place, "completed"))["driver_id"] == "driver-1"
    assert others.were_asked(StopTransaction) == []


GOOD, BAD = "ab", "xy"


@st.composite
def tokens(draw: st.DrawFn) -> list[Presented]:
    """One token an event; a good one is accepted, at once or later."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        ref = draw(st.sampled_from(GOOD + BAD))
        standings = set(Standing) - ({Standing.ACCEPTED} if ref in BAD else {Standing.REFUSED, Standing.WITHDRAWN})
        standing = draw(st.sampled_from(sorted(standings)))
        found.append(presented(number, ref, standing, at_stop=draw(st.booleans())))
    return found


def presented(number: int, ref: str, standing: Standing, *, at_stop: bool = False) -> Presented:
    return Presented(
        number=number,
        at_stop=at_stop,
        ref=ref,
        mask="…",
        type=IdTokenType.CENTRAL,
        standing=standing,
        driver_id=f"driver-{ref}" if standing is Standing.ACCEPTED else None,
    )


def verdict_on(ref: str) -> TokenVerdict:
    return TokenVerdict(AuthorizationStatus.ACCEPTED, DriverId(f"driver-{ref}")) if ref in GOOD else UNKNOWN


def answered(token: Presented) -> Presented:
    if token.standing is not Standing.ASKED:
        return token
    standing = Standing.ACCEPTED if token.ref in GOOD else Standing.WITHDRAWN
    return presented(token.number, token.ref, standing, at_stop=token.at_stop)


@given(tokens(), st.randoms())
def test_payer_depends_on_no_order_of_tokens_and_verdicts(presented_ones: list[Presented], rng: random.Random) -> None:
    shuffled = [*presented_ones, *rng.choices(presented_ones, k=2)]
    rng.shuffle(shuffled)

    known: tuple[Presented, ...] = ()
    for token in shuffled:
        known = with_token(known, token)
        known = ask(known) if rng.random() < 0.5 else known
    while (payer := payer_of(known)) is not None and payer.standing is Standing.ASKED:
        known = ask(known)

    assert payer == payer_of([answered(one) for one in presented_ones])


def ask(known: tuple[Presented, ...]) -> tuple[Presented, ...]:
    payer = payer_of(known)
    is_asked = payer is not None and payer.standing is Standing.ASKED
    return with_verdict(known, payer.ref, verdict_on(payer.ref)) if payer is not None and is_asked else known


def test_tokens_without_end_leave_room_for_the_one_that_pays() -> None:
    known: tuple[Presented, ...] = ()
    for number in range(100):
        known = with_token(known, presented(number, f"asked-{number}", Standing.ASKED))
        known = with_token(known, presented(number, f"bad-{number}", Standing.REFUSED))
    known = with_token(known, presented(100, "a", Standing.ACCEPTED))

    assert len(known) == MOST_ASKED + 2
    assert known[-1].ref == "a"
