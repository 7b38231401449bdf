"""Errors as RFC 9457 problem details, for every way in which a request can end badly."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from backoffice.kit import errors
from backoffice.kit.database import is_unstorable

log = structlog.get_logger(__name__)

STATUS_OF_ERROR: Mapping[type[errors.BackofficeError], HTTPStatus] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.ChangedMeanwhile: HTTPStatus.PRECONDITION_FAILED,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Refusal: HTTPStatus.CONFLICT,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OutcomeUnknown: HTTPStatus.GATEWAY_TIMEOUT,
    errors.PeerFailed: HTTPStatus.BAD_GATEWAY,
    errors.Failure: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BackofficeError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""A class that is not here has the status of its nearest ancestor that is."""

RETRY_AFTER_S = 2
MEDIA_TYPE = "application/problem+json"
PROBLEM_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "What kind of problem it is, for programs: urn:chargeyard:problem:…"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong and what to do, for people."},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Of a malformed request: each place, and what is wrong there.",
            "items": {"type": "object", "properties": {"place": {"type": "string"}, "problem": {"type": "string"}}},
        },
    },
}
"""What every problem looks like (RFC 9457); `Problem` among the components of the OpenAPI document."""
_ANSWER = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {  # Any: what FastAPI takes
    "4XX": {"description": "A problem (RFC 9457) that whoever asks can mend", **_ANSWER},
    "5XX": {"description": "A problem of ours, or of a part that is away: 503 says when to try again", **_ANSWER},
}
"""How every operation may end besides, for the OpenAPI document."""

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ProblemResponse(JSONResponse):
    """A JSON response of the media type of problem details."""

    media_type = MEDIA_TYPE


def add_problem_handlers(app: FastAPI) -> None:
    """Every error of `app` is answered as a problem."""
    app.add_exception_handler(errors.BackofficeError, _answer_backoffice_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(DBAPIError, _answer_database_error)
    app.add_exception_handler(Exception, _answer_unexpected)


def answer_refusal(scope: Scope, error: errors.Refusal) -> ProblemResponse:
    """The same answer for what is refused before there is a route."""
    return _answer_backoffice_error(Request(scope), error)


def status_of(error: errors.BackofficeError) -> HTTPStatus:
    """The HTTP status of an error's class."""
    return next(STATUS_OF_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_OF_ERROR)


def _answer_backoffice_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, errors.BackofficeError)
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("request failed", path=request.url.path, status=status, error=str(error))
    words = _WORDS.sub(" ", type(error).__name__)
    return _problem(
        request,
        status,
        kind=words.lower().replace(" ", "-"),
        title=words.capitalize(),
        detail=str(error),
        headers=_headers_of(error, status),
    )


def _answer_validation_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    places = [
        {"place": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
        for problem in error.errors()
    ]
    return _problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        kind="malformed-request",
        title="Malformed request",
        detail="; ".join(f"{entry['place']}: {entry['problem']}" for entry in places),
        extra={"errors": places},
    )


def _answer_http_exception(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return _problem(
        request,
        status,
        kind=status.phrase.lower().replace(" ", "-"),
        title=status.phrase,
        detail=str(error.detail),
        headers=error.headers,
    )


def _answer_database_error(request: Request, error: Exception) -> ProblemResponse:
    """A value that passed every check and has no room in its column, such as a text with a NUL, is the asker's."""
    if not is_unstorable(error):
        return _answer_unexpected(request, error)
    assert isinstance(error, DBAPIError)
    log.warning("request has a value that cannot be kept", path=request.url.path, error=str(error.orig))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    detail = "A value is out of range, or has characters that cannot be kept."
    return _problem(request, status, kind="malformed-request", title="Malformed request", detail=detail)


def _answer_unexpected(request: Request, error: Exception) -> ProblemResponse:
    log.error("request failed unexpectedly", path=request.url.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "Something went wrong on our side. It was logged."
    return _problem(request, status, kind="internal-error", title="Internal error", detail=detail)


def _problem(
    request: Request,
    status: HTTPStatus,
    *,
    kind: str,
    title: str,
    detail: str,
    extra: Mapping[str, Any] | None = None,  # Any: members of the problem that only its kind defines (RFC 9457 §3.2)
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    body = {
        "type": f"urn:chargeyard:problem:{kind}",
        "title": title,
        "status": int(status),
        "detail": detail,
        "instance": request.url.path,
        **(extra or {}),
    }
    return ProblemResponse(body, status_code=status, headers=dict(headers or {}))


def _headers_of(error: errors.BackofficeError, status: HTTPStatus) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}
