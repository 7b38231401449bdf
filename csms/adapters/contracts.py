"""Contract certificates judged without a PKI, for demonstrations and tests.

What a chain's serial numbers begin with decides, as numbers of test cards do; a chain that is sent whole must hold
together as well.

| A serial number begins with | Verdict |
|---|---|
| `dead` | CertificateRevoked |
| `cafe` | ContractCancelled |
| anything else | Accepted |
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from protocol.blocks.authorization.messages import Authorize, ContractStatus
from protocol.domain.identifiers import StationKey

_VERDICTS = (("dead", ContractStatus.CERTIFICATE_REVOKED), ("cafe", ContractStatus.CONTRACT_CANCELLED))


class SandboxContractCertificates:
    """The table above."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now

    async def judge(self, message: Authorize, _station: StationKey) -> ContractStatus:
        """By the names of the chain, or by the chain where it was sent."""
        if message.contract_certificate is not None:
            return judge_chain(message.contract_certificate, now=self._now())
        return _by_serial_number(question.hash_data.serial_number for question in message.contract_chain)


def judge_chain(pem: str, *, now: datetime) -> ContractStatus:
    """Whether each certificate, the leaf first, is valid now and signed by the next."""
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return ContractStatus.CERT_CHAIN_ERROR
    if any(not one.not_valid_before_utc <= now < one.not_valid_after_utc for one in chain):
        return ContractStatus.CERTIFICATE_EXPIRED
    for one, issuer in pairwise(chain):
        try:
            one.verify_directly_issued_by(issuer)
        except InvalidSignature:
            return ContractStatus.SIGNATURE_ERROR
        except (ValueError, TypeError):
            return ContractStatus.CERT_CHAIN_ERROR
    return _by_serial_number(f"{one.serial_number:x}" for one in chain)


def _by_serial_number(numbers: Iterable[str]) -> ContractStatus:
    for number in numbers:
        for beginning, verdict in _VERDICTS:
            if number.lower().startswith(beginning):
                return verdict
    return ContractStatus.ACCEPTED
