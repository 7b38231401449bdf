"""Which of several tokens says who pays, whatever order their events and verdicts come in.

Invariants:
1. A token of an event before the stop comes before one of the stop: who stops another's session does not pay for it.
2. Then the one that was presented first, by the number of its event, of those that were accepted, at once or later. One
   that has to be asked about keeps its place until it was.
3. Then a refused one: it pays nothing, and nobody does.
4. What is remembered is bounded: no token behind the one that pays, and of refused ones the first.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

import msgspec

from protocol.blocks.authorization.queries import TokenVerdict
from protocol.blocks.transactions.events import TransactionEnded, TransactionFact, TransactionStarted
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import IdTokenType

MOST_ASKED = 16
_OF_STANDING = 2**40  # no number of an event is as great
_OF_STOP = 4 * _OF_STANDING
_STOPS = frozenset(("StopAuthorized", "Deauthorized"))


class Standing(StrEnum):
    """What is known of a presented token. WITHDRAWN: the station heard yes, and may not charge by it all the same."""

    ACCEPTED = "accepted"
    ASKED = "asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNJUDGED = "unjudged"


_CLASSES = {
    Standing.ACCEPTED: 0,
    Standing.ASKED: 0,
    Standing.WITHDRAWN: 1,
    Standing.REFUSED: 1,
    Standing.UNJUDGED: 2,
}
_STANDINGS = tuple(Standing)


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was presented with the event of this number, and how it stands.

    `account`: the prepaid balance that it draws on, with the `credit` that was left when it was judged.
    """

    number: int
    at_stop: bool
    ref: str
    mask: str
    type: IdTokenType
    standing: Standing
    driver_id: str | None = None
    account: str | None = None
    credit: Decimal | None = None

    @property
    def is_refused(self) -> bool:
        """Whether nobody may charge by it, where it is the session's; whoever stops with a bad token takes nothing."""
        return not self.at_stop and self.standing in (Standing.REFUSED, Standing.WITHDRAWN)

    @property
    def rank(self) -> int:
        """Its place: the lowest one is the session's token."""
        return _rank(self.number, self.standing, at_stop=self.at_stop)


def rank_of(fact: TransactionFact) -> int:
    """The place of the fact's token."""
    return _rank(_number(fact), _standing(fact.authorization), at_stop=is_stop(fact))


def is_stop(fact: TransactionFact) -> bool:
    """Whether its token is that of whoever stops: also in an update, where the transaction's end is yet to come."""
    return isinstance(fact, TransactionEnded) or fact.trigger in _STOPS


def is_master_pass(verdict: Authorization | TokenVerdict) -> bool:
    """Whether the token stops transactions and pays for none: one of a group that is no driver's (OCPP 2.0.1 C16)."""
    is_accepted = verdict.status is AuthorizationStatus.ACCEPTED
    return is_accepted and verdict.group is not None and verdict.driver_id is None


def presented_by(fact: TransactionFact) -> Presented | None:
    """The token that the fact presents, if any."""
    if fact.token is None:
        return None
    return Presented(
        number=_number(fact),
        at_stop=is_stop(fact),
        ref=fact.token.ref,
        mask=fact.token.mask,
        type=fact.token.type,
        standing=_standing(fact.authorization),
        driver_id=None if fact.authorization is None else fact.authorization.driver_id,
        account=None if fact.authorization is None else fact.authorization.account,
        credit=None if fact.authorization is None else fact.authorization.credit,
    )


def with_token(known: Iterable[Presented], token: Presented) -> tuple[Presented, ...]:
    """What is remembered with this token too."""
    return _kept({*known, token})


def with_verdict(known: Iterable[Presented], ref: str, verdict: TokenVerdict) -> tuple[Presented, ...]:
    """What is remembered once identity has answered about the token that was asked about."""
    standing = _standing_of(verdict)
    standing = Standing.WITHDRAWN if standing is Standing.REFUSED else standing
    return _kept(
        msgspec.structs.replace(
            one, standing=standing, driver_id=verdict.driver_id, account=verdict.account, credit=verdict.credit
        )
        if one.ref == ref and one.standing is Standing.ASKED
        else one
        for one in known
    )


def payer_of(known: Iterable[Presented]) -> Presented | None:
    """The token of the session: where it was refused, nobody pays by a token."""
    return min(known, key=lambda one: one.rank, default=None)


def _kept(tokens: Iterable[Presented]) -> tuple[Presented, ...]:
    """In their order, without those that can decide nothing any more."""
    tokens = tuple(tokens)
    accepted = {one.ref: one for one in tokens if one.standing is Standing.ACCEPTED}
    kept: list[Presented] = []
    seen: set[object] = set()
    asked = 0
    for one in sorted((_answered(one, accepted) for one in tokens), key=_place):
        is_asked = one.standing is Standing.ASKED
        what = (one.at_stop, one.ref if is_asked else one.standing)
        asked += is_asked
        if what in seen or (is_asked and asked > MOST_ASKED):
            continue
        seen.add(what)
        kept.append(one)
        if one.standing is Standing.ACCEPTED:
            break
    return tuple(kept)


def _answered(one: Presented, accepted: dict[str, Presented]) -> Presented:
    """A token that has to be asked about, and was accepted with another event: there is the answer."""
    if one.standing is not Standing.ASKED or one.ref not in accepted:
        return one
    answer = accepted[one.ref]
    return msgspec.structs.replace(
        one, standing=Standing.ACCEPTED, driver_id=answer.driver_id, account=answer.account, credit=answer.credit
    )


def _place(one: Presented) -> tuple[bool, int, int, str]:
    return one.at_stop, one.number, _STANDINGS.index(one.standing), one.ref


def _number(fact: TransactionFact) -> int:
    number = fact.seq_no if fact.seq_no is not None else 0 if isinstance(fact, TransactionStarted) else 1
    return min(number, _OF_STANDING - 1)


def _rank(number: int, standing: Standing, *, at_stop: bool) -> int:
    return (_OF_STOP if at_stop else 0) + _CLASSES[standing] * _OF_STANDING + number


def _standing(verdict: Authorization | None) -> Standing:
    if verdict is None:
        return Standing.UNJUDGED
    if verdict.basis is AuthorizationBasis.DEFERRED:
        return Standing.ASKED
    return _standing_of(verdict)


def _standing_of(verdict: Authorization | TokenVerdict) -> Standing:
    if is_master_pass(verdict):
        return Standing.WITHDRAWN
    return Standing.ACCEPTED if verdict.status is AuthorizationStatus.ACCEPTED else Standing.REFUSED
