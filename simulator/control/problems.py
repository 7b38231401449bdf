"""Errors as RFC 9457 problem details; `advice` says what to do instead."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from simulator.control import errors

STATUS_OF_ERROR: Mapping[type[errors.ControlError], HTTPStatus] = {
    errors.NotThere: HTTPStatus.NOT_FOUND,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Away: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Broken: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.FromBrowser: HTTPStatus.FORBIDDEN,
}
_DOCUMENTATION = "GET /openapi.json describes every request"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ProblemResponse(JSONResponse):
    """A JSON response of the media type of problem details."""

    media_type = "application/problem+json"


def add_problem_handlers(app: FastAPI) -> None:
    """Every error of `app` is answered as a problem."""
    app.add_exception_handler(errors.ControlError, _answer_control_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)


def answer(error: errors.ControlError) -> ProblemResponse:
    """The problem that the error is."""
    kind = _WORDS.sub("-", type(error).__name__).lower()
    response = _problem(STATUS_OF_ERROR[type(error)], kind=kind, detail=str(error), advice=error.advice)
    if isinstance(error, errors.Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _answer_control_error(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, errors.ControlError)
    return answer(error)


def _answer_validation_error(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    places = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
    detail = "; ".join(places)
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind="invalid", detail=detail, advice=_DOCUMENTATION)


def _answer_http_exception(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return _problem(status, kind=kind, detail=str(error.detail), advice=_DOCUMENTATION)


def _problem(status: HTTPStatus, *, kind: str, detail: str, advice: str) -> ProblemResponse:
    content = {
        "type": f"urn:chargeyard:fleet:{kind}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "advice": advice,
    }
    return ProblemResponse(content, status_code=status.value)
