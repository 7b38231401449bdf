"""Every word of an enumeration of the wire is read: what its schema takes, no translator may choke on.

A sample of each route is changed in one place at a time, to each word that its Struct allows there.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest

from protocol.domain.version import OcppVersion
from protocol.errors import OcppError
from protocol.versions import ROUTES
from protocol.wire import codec
from tests.protocol.blocks.samples import v16, v21, v201

SAMPLES = {OcppVersion.V16: v16.SAMPLES, OcppVersion.V201: v201.SAMPLES, OcppVersion.V21: v21.SAMPLES}
CASES = [(version, action) for version, routes in ROUTES.items() for action in routes]


def changed(value: Any, kind: Any) -> Iterator[Any]:
    """The JSON with one word after the other in the place of each word that `kind` enumerates."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from changed(value, get_args(kind)[0])
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            yield from changed(value, one)
    elif origin is Literal:
        yield from get_args(kind)
    elif origin is tuple and isinstance(value, list) and value:
        for first in changed(value[0], get_args(kind)[0]):
            yield [first, *value[1:]]
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        for field in msgspec.structs.fields(kind):
            inner = value.get(field.encode_name)
            for word in changed(inner, field.type):
                yield value | {field.encode_name: word}


@pytest.mark.parametrize(("version", "action"), CASES)
def test_every_word_is_read_or_refused_as_a_violation(version: OcppVersion, action: str) -> None:
    route = ROUTES[version][action]
    request, response = SAMPLES[version][action]
    for sample, kind, read in (
        (request, route.request, route.decode_request),
        (response, route.response, route.decode_response),
    ):
        for payload in changed(sample, kind):
            with suppress(OcppError):
                read(codec.decode(json.dumps(payload).encode(), kind))
