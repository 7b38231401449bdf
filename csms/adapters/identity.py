"""The verdict on a token: asked of identity, with what is known for the time when it is silent."""

import time
from collections import OrderedDict
from datetime import UTC, datetime

import structlog

from csms.adapters.asking import ask
from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.bus.subjects import query_subject
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus

log = structlog.get_logger(__name__)

CACHED_VERDICTS = 50_000
CACHE_S = 24 * 3600.0
_SUBJECT = query_subject("identity", "authorize_token")


class IdentityAuthority:
    """Asks identity; else a positive verdict that is at most 24 h old; else DEFERRED with the operator's choice."""

    def __init__(self, bus: NatsBus, *, timeout_s: float, accepts_when_silent: bool) -> None:
        self._bus = bus
        self._timeout_s = timeout_s
        self._fallback = AuthorizationStatus.ACCEPTED if accepts_when_silent else AuthorizationStatus.INVALID
        self._cache: OrderedDict[tuple[str, str], tuple[TokenVerdict, float]] = OrderedDict()

    async def judge(self, question: AuthorizeToken) -> Authorization:
        """Never raises, and takes no longer than the timeout."""
        key = (question.tenant, question.token_ref)
        try:
            verdict = await ask(self._bus, _SUBJECT, question, TokenVerdict, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("identity is silent", reason=str(error))
            return self._from_memory(key)
        self._remember(key, verdict)
        return _authorization(verdict, AuthorizationBasis.IDENTITY)

    def _remember(self, key: tuple[str, str], verdict: TokenVerdict) -> None:
        self._cache.pop(key, None)
        # Nobody but billing knows what is left on a prepaid card.
        if verdict.status is AuthorizationStatus.ACCEPTED and verdict.account is None:
            self._cache[key] = (verdict, time.monotonic())
            if len(self._cache) > CACHED_VERDICTS:
                self._cache.popitem(last=False)

    def _from_memory(self, key: tuple[str, str]) -> Authorization:
        verdict, asked_at = self._cache.get(key, (None, 0.0))
        is_fresh = time.monotonic() - asked_at <= CACHE_S
        if verdict is None or not is_fresh or (verdict.expires_at and verdict.expires_at <= datetime.now(UTC)):
            return Authorization(status=self._fallback, basis=AuthorizationBasis.DEFERRED)
        return _authorization(verdict, AuthorizationBasis.CACHED)


def _authorization(verdict: TokenVerdict, basis: AuthorizationBasis) -> Authorization:
    return Authorization(
        status=verdict.status,
        basis=basis,
        driver_id=verdict.driver_id,
        group=verdict.group,
        expires_at=verdict.expires_at,
        account=verdict.account,
        credit=verdict.credit,
    )
