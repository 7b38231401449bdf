"""A double of Stripe on a local port: its documented states, errors and idempotency, as far as we use them.

It takes test tokens (`pm_card_visa`, …), counts what moved, and can be told to answer late, to fail, to forget keys,
and to let a hold lapse. Nothing of it is Stripe's code; what it claims is claimed by https://docs.stripe.com/api.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.kit.testing import eventually

KEY = "sk_test_double"
SECRET = "whsec_double"

Answer = tuple[int, dict[str, Any]]

_CARDS = {
    "pm_card_visa": ("visa", "4242"),
    "pm_card_mastercard": ("mastercard", "4444"),
    "pm_card_chargeCustomerFail": ("visa", "0341"),
    "pm_card_authenticationRequired": ("visa", "3155"),
}
_SMALLEST = 50


def refusal(status: int, code: str, *, kind: str = "invalid_request_error", **more: Any) -> Answer:
    return status, {"error": {"type": kind, "code": code, "message": f"{code}.", **more}}


@dataclass
class StripeDouble:
    """The account. Objects are as the API shows them."""

    url: str = ""
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, tuple[str, Any, Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    late: dict[str, float] = field(default_factory=dict)
    failing: dict[str, list[int]] = field(default_factory=dict)
    refunds_are: str = "succeeded"
    lists_are_gone: bool = False
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    def answer_late(self, what: str, seconds: float) -> None:
        """The next request to a path that ends so is done at once, and answered too late."""
        self.late[what] = seconds

    def fail(self, what: str, status: int = 500, *, times: int = 1) -> None:
        """The next requests to a path that ends so fail, and nothing was done."""
        self.failing[what] = [status] * times

    def forget_keys(self) -> None:
        """A day later: idempotency keys are pruned."""
        self.keys.clear()

    def let_lapse(self, intent: str) -> None:
        """Seven days later: what was held was given back."""
        self.intents[intent] |= {"status": "canceled", "cancellation_reason": "automatic", "amount_capturable": 0}

    @property
    def captured(self) -> int:
        """What moved to us, in minor units."""
        return sum(intent["amount_received"] for intent in self.intents.values())

    def event(self, kind: str, thing: dict[str, Any]) -> bytes:
        """An event as it is posted."""
        body = {"id": self._id("evt"), "object": "event", "type": kind, "data": {"object": thing}}
        return json.dumps(body).encode()

    def app(self) -> Starlette:
        async def serve(request: Request) -> Response:
            return await self._serve(request)

        return Starlette(routes=[Route("/v1/{path:path}", serve, methods=["GET", "POST"])])

    async def _serve(self, request: Request) -> Response:
        path = request.path_params["path"]
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        self.asked.append((request.method, path))
        if request.headers.get("Authorization", "") != _basic(KEY):
            return _respond(refusal(401, "api_key_invalid"))
        if request.method == "GET":
            return _respond(self._read(path, dict(request.query_params)))
        key = request.headers.get("Idempotency-Key", "")
        if key in self.keys:
            first_path, first_form, answer = self.keys[key]
            if (first_path, first_form) != (path, form):
                return _respond(refusal(400, "", kind="idempotency_error"))
            return _respond(answer)
        answer = self._fail(path) or self._write(path, form)
        if answer[0] not in (409, 429):
            self.keys[key] = (path, form, answer)
        for what in [what for what in self.late if path.endswith(what)]:
            await asyncio.sleep(self.late.pop(what))
        return _respond(answer)

    def _fail(self, path: str) -> Answer | None:
        for what, statuses in self.failing.items():
            if path.endswith(what) and statuses:
                return refusal(statuses.pop(), "", kind="api_error")
        return None

    def _read(self, path: str, query: dict[str, str]) -> Answer:
        if self.lists_are_gone and path in ("payment_intents", "refunds"):
            return refusal(400, "resource_missing")
        match path.split("/"):
            case ["payment_intents"]:
                found = [one for one in self.intents.values() if one["customer"] == query["customer"]]
                return 200, {"object": "list", "data": found[::-1][: int(query["limit"])]}
            case ["refunds"]:
                found = [one for one in self.refunds.values() if one["payment_intent"] == query["payment_intent"]]
                return 200, {"object": "list", "data": found[::-1][: int(query["limit"])]}
            case ["payment_intents", name] if name in self.intents:
                return 200, self.intents[name]
            case ["refunds", name] if name in self.refunds:
                return 200, self.refunds[name]
        return refusal(404, "resource_missing")

    def _write(self, path: str, form: dict[str, Any]) -> Answer:
        match path.split("/"):
            case ["customers"]:
                return 200, {"id": self._id("cus"), "object": "customer"}
            case ["payment_methods", token, "attach"]:
                return self._attach(token, form["customer"])
            case ["payment_methods", name, "detach"]:
                return self._detach(name)
            case ["payment_intents"]:
                return self._create(form)
            case ["payment_intents", name, "capture"]:
                return self._capture(name, form.get("amount_to_capture"))
            case ["payment_intents", name, "cancel"]:
                return self._cancel(name)
            case ["refunds"]:
                return self._refund(form)
        return refusal(404, "resource_missing")

    def _attach(self, token: str, customer: str) -> Answer:
        if token == "pm_card_chargeDeclined":
            return refusal(402, "card_declined", kind="card_error", decline_code="generic_decline")
        if token not in _CARDS:
            return refusal(404, "resource_missing")
        brand, last4 = _CARDS[token]
        method = {"id": self._id("pm"), "customer": customer, "token": token, "card": {"brand": brand, "last4": last4}}
        self.methods[method["id"]] = method
        return 200, method

    def _detach(self, name: str) -> Answer:
        method = self.methods.get(name)
        if method is None or method["customer"] is None:
            return refusal(400, "payment_method_unexpected_state")
        method["customer"] = None
        return 200, method

    def _create(self, form: dict[str, Any]) -> Answer:
        method = self.methods.get(form["payment_method"])
        if method is None or method["customer"] != form["customer"]:
            return refusal(404, "resource_missing")
        if int(form["amount"]) < _SMALLEST:
            return refusal(400, "amount_too_small")
        assert (form["capture_method"], form["confirm"], form["off_session"]) == ("manual", "true", "true")
        intent = {
            "id": self._id("pi"),
            "object": "payment_intent",
            "amount": int(form["amount"]),
            "amount_capturable": int(form["amount"]),
            "amount_received": 0,
            "currency": form["currency"],
            "customer": form["customer"],
            "status": "requires_capture",
            "cancellation_reason": None,
            "last_payment_error": None,
            "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
            "latest_charge": {"payment_method_details": {"card": {"capture_before": 1_900_000_000}}},
        }
        self.intents[intent["id"]] = intent
        declined = {
            "pm_card_chargeCustomerFail": ("card_declined", "generic_decline"),
            "pm_card_authenticationRequired": ("authentication_required", "authentication_required"),
        }.get(method["token"])
        if declined is None:
            return 200, intent
        error = {"type": "card_error", "code": declined[0], "decline_code": declined[1], "message": "declined"}
        intent |= {"status": "requires_payment_method", "amount_capturable": 0, "last_payment_error": error}
        return 402, {"error": {**error, "payment_intent": intent}}

    def _capture(self, name: str, wanted: str | None) -> Answer:
        intent = self.intents.get(name)
        if intent is None:
            return refusal(404, "resource_missing")
        if intent["status"] != "requires_capture":
            return refusal(400, "payment_intent_unexpected_state", payment_intent=intent)
        amount = intent["amount_capturable"] if wanted is None else int(wanted)
        if amount > intent["amount_capturable"]:
            return refusal(400, "amount_too_large")
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        return 200, dict(intent)

    def _cancel(self, name: str) -> Answer:
        intent = self.intents.get(name)
        if intent is None:
            return refusal(404, "resource_missing")
        if intent["status"] in ("succeeded", "canceled"):
            return refusal(400, "payment_intent_unexpected_state", payment_intent=intent)
        intent |= {"status": "canceled", "amount_capturable": 0}
        return 200, dict(intent)

    def _refund(self, form: dict[str, Any]) -> Answer:
        intent = self.intents[form["payment_intent"]]
        went_back = sum(
            one["amount"]
            for one in self.refunds.values()
            if one["payment_intent"] == intent["id"] and one["status"] != "failed"
        )
        if went_back and went_back == intent["amount_received"]:
            return refusal(400, "charge_already_refunded")
        if int(form["amount"]) > intent["amount_received"] - went_back:
            return refusal(400, "")
        refund = {
            "id": self._id("re"),
            "object": "refund",
            "amount": int(form["amount"]),
            "payment_intent": intent["id"],
            "status": self.refunds_are,
            "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
        }
        self.refunds[refund["id"]] = refund
        return 200, dict(refund)

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._ids):06}"


def sign(payload: bytes, *, at: float, secret: str = SECRET) -> str:
    """The Stripe-Signature header."""
    digest = hmac.new(secret.encode(), f"{int(at)}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={digest},v0=ignored"


@contextlib.asynccontextmanager
async def running_double() -> AsyncIterator[StripeDouble]:
    """The double listens on a free port until the context ends."""
    double = StripeDouble()
    listener = socket.create_server(("127.0.0.1", 0))
    double.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(double.app(), log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server._serve([listener]))
        await eventually(lambda: _is_up(server), what="the double")
        try:
            yield double
        finally:
            server.should_exit = True
    listener.close()


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


def _basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def _respond(answer: Answer) -> Response:
    return JSONResponse(answer[1], status_code=answer[0])
