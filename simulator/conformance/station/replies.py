"""What the judge's CSMS answers where no case waits: yes to everything, but to the tokens it is told to refuse."""

from collections.abc import Mapping

from msgspec import ValidationError

from protocol.domain.version import OcppVersion
from protocol.errors import PayloadViolation
from protocol.wire import codec
from simulator.conformance.rules import WIRE, Json
from simulator.conformance.wire import Refusal, Reply
from simulator.conformance.words import now


class Replies:
    """`refused` are tokens that are not accepted; `last_transaction` is the newest id of 1.6."""

    def __init__(self, version: OcppVersion, *, heartbeat_s: int) -> None:
        self.refused: set[str] = set()
        self.last_transaction = 1000
        self._version = version
        self._heartbeat_s = heartbeat_s

    def answer(self, action: str, payload: Json) -> Reply:
        """The answer."""
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": now(), "interval": self._heartbeat_s}
            case "Heartbeat":
                return {"currentTime": now()}
            case "Authorize" if self._version is OcppVersion.V16:
                return {"idTagInfo": self._judge(payload["idTag"])}
            case "Authorize":
                return {"idTokenInfo": self._judge(payload["idToken"]["idToken"])}
            case "StartTransaction":
                self.last_transaction += 1
                return {"transactionId": self.last_transaction, "idTagInfo": self._judge(payload["idTag"])}
            case "TransactionEvent":
                token = payload.get("idToken")
                return {} if token is None else {"idTokenInfo": self._judge(token["idToken"])}
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
        return self._empty(action)

    def _judge(self, token: str) -> Mapping[str, str]:
        return {"status": "Invalid" if token in self.refused else "Accepted"}

    def _empty(self, action: str) -> Reply:
        """Nothing, where the answer may be empty; else the message is not supported."""
        try:
            codec.decode(b"{}", WIRE[self._version][action][1])
        except (PayloadViolation, ValidationError):
            return Refusal("NotSupported", f"the judge does not answer {action}")
        return {}
