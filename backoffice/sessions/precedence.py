"""Which of several tokens says who pays, whatever order their events come in.

Invariants:
1. A token of an event before the end comes before one of the end: whoever ends another's session does not pay for it.
2. Then an accepted one comes first, then one that has to be asked about, then a refused one.
3. Of those the one that was presented first, by the number of its event.
"""

from protocol.blocks.transactions.events import TransactionEnded, TransactionFact, TransactionStarted
from protocol.domain.authorization import AuthorizationBasis, AuthorizationStatus

_OF_VERDICT = 2**40  # no number of an event is as great
_ACCEPTED, _ASKED, _REFUSED, _UNJUDGED = range(4)
_OF_END = 4 * _OF_VERDICT


def rank_of(fact: TransactionFact) -> int:
    """The place of the fact's token: the lowest one wins, and two of one fact are the same."""
    number = fact.seq_no if fact.seq_no is not None else 0 if isinstance(fact, TransactionStarted) else 1
    at_end = _OF_END if isinstance(fact, TransactionEnded) else 0
    return at_end + _verdict(fact) * _OF_VERDICT + min(number, _OF_VERDICT - 1)


def is_refused(rank: int | None) -> bool:
    """Whether the token of this rank was refused, and before the end."""
    return rank is not None and rank // _OF_VERDICT == _REFUSED


def _verdict(fact: TransactionFact) -> int:
    verdict = fact.authorization
    if verdict is None:
        return _UNJUDGED
    if verdict.basis is AuthorizationBasis.DEFERRED:
        return _ASKED
    return _ACCEPTED if verdict.status is AuthorizationStatus.ACCEPTED else _REFUSED
