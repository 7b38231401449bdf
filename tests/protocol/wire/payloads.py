"""Payloads made from a JSON schema: valid ones drawn by hypothesis, and the same with one thing changed."""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

# A schema or a payload: any JSON value.
Json = Any

_CHARACTERS = st.sampled_from(["x", "é", "€", "🔌", '"', "\\", "\n", "\0"])
_SAFE_INTEGER = 2**53


def valid_payloads(schema: Json, definitions: Json) -> st.SearchStrategy[Json]:
    """Draw values that the schema accepts, with optional fields there or not and sizes at their limits."""
    schema = _resolve(schema, definitions)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object":
            return _objects(schema, definitions)
        case "array":
            least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
            items = valid_payloads(schema["items"], definitions)
            return st.lists(items, min_size=least, max_size=min(most, least + 2))
        case "string":
            most = schema.get("maxLength", 300)
            return st.builds(lambda character, size: character * size, _CHARACTERS, st.sampled_from([0, 1, most]))
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(*_bounds(schema))
        case "number" if "multipleOf" in schema:
            return st.integers(-(10**6), 10**6).map(lambda tenths: tenths / 10)
        case "number":
            least, most = _bounds(schema)
            return st.integers(least, most) | st.floats(least, most, allow_nan=False, allow_infinity=False)
        case None:
            return st.sampled_from([None, True, 1, 1.5, "x", [1, None], {"a": {"b": []}}])
        case unknown:
            raise ValueError(f"No payload for a schema of type {unknown}.")


def full_payload(schema: Json, definitions: Json) -> Json:
    """Return a value that the schema accepts, with every field of its own and the required ones of what it holds."""
    is_named, schema = "$ref" in schema, _resolve(schema, definitions)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            names = schema.get("required", []) if is_named else fields
            return {name: full_payload(fields[name], definitions) for name in names}
        case "array":
            return [full_payload(schema["items"], definitions)]
        case kind:
            least = int(schema.get("minimum", schema.get("maximum", 1)))
            return {"string": "x", "boolean": True, "integer": least, "number": least}.get(kind)


def changed_payloads(payload: Json, schema: Json, definitions: Json, *, seed: int, limit: int) -> list[Json]:
    """Return up to `limit` copies of the payload, each with one field or element changed anywhere in it."""
    places = _places(payload, schema, definitions, ())
    changes = [(path, change) for path, inner in places for change in _changes(inner, path)]
    chosen = random.Random(seed).sample(changes, min(limit, len(changes)))
    return [_apply(payload, path, change) for path, change in chosen]


def every_change(payload: Json, schema: Json, definitions: Json) -> Iterator[Json]:
    """Return the payload with each change of each of its own fields, but not inside the named types that it holds."""
    for path, inner in _places(payload, schema, definitions, (), is_shallow=True):
        for change in _changes(inner, path):
            yield _apply(payload, path, change)


def _objects(schema: Json, definitions: Json) -> st.SearchStrategy[Json]:
    fields = {name: valid_payloads(inner, definitions) for name, inner in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    if schema.get("additionalProperties") is not False:
        fields["x-vendor"] = st.sampled_from([None, 1.5, "x", [None], {"y": {}}])
    return st.fixed_dictionaries(
        {name: fields[name] for name in required},
        optional={name: fields[name] for name in fields if name not in required},
    )


def _places(
    value: Json, schema: Json, definitions: Json, path: tuple[Json, ...], *, is_shallow: bool = False
) -> Iterator[tuple[tuple[Json, ...], Json]]:
    resolved = _resolve(schema, definitions)
    yield path, resolved
    if is_shallow and "$ref" in schema:
        return
    inner: dict[Json, Json] = {}
    if isinstance(value, dict):
        inner = {name: field for name, field in resolved.get("properties", {}).items() if name in value}
    elif isinstance(value, list) and "items" in resolved:
        inner = dict.fromkeys(range(len(value)), resolved["items"])
    for step, field in inner.items():
        yield from _places(value[step], field, definitions, (*path, step), is_shallow=is_shallow)


@dataclass(frozen=True, slots=True)
class _Resize:
    """Make an array of so many elements out of its first."""

    size: int


_REMOVE, _ADD_FIELD = object(), object()


def _changes(schema: Json, path: tuple[Json, ...]) -> list[Json]:
    """Return what is done to one place: a value that is put there, or one of the above."""
    # `null` for a whole payload is one of the named tolerances.
    changes: list[Json] = [True, 7, 7.5, "7", [], {}, [{}], *([None, _REMOVE] if path else [])]
    match schema.get("type"):
        case "object":
            changes += [_ADD_FIELD]
        case "array":
            limits = {0, 1, 2, schema.get("maxItems", 3), schema.get("maxItems", 3) + 1}
            changes += [_Resize(size) for size in limits if size <= 2000]
        case "string":
            sizes = schema.get("maxLength", 20), schema.get("maxLength", 20) + 1
            changes += ["€" * size for size in sizes] + ["🔌x", "", *schema.get("enum", [])]
        case "integer" | "number":
            bounds = [int(schema[keyword]) for keyword in ("minimum", "maximum") if keyword in schema]
            changes += [bound + offset for bound in bounds for offset in (-1, 0, 1)] + [-1, 10**12, 0.25, 0.3]
    return changes


def _apply(payload: Json, path: tuple[Json, ...], change: Json) -> Json:
    changed = copy.deepcopy({"root": payload})
    holder: Json = changed
    *inner, last = ("root", *path)
    for step in inner:
        holder = holder[step]
    if change is _REMOVE:
        del holder[last]
    elif change is _ADD_FIELD:
        holder[last] = {**holder[last], "unknownField": 1}
    elif isinstance(change, _Resize):
        holder[last] = holder[last][:1] * change.size
    else:
        holder[last] = change
    return changed["root"]


def _bounds(schema: Json) -> tuple[int, int]:
    return int(schema.get("minimum", -_SAFE_INTEGER)), int(schema.get("maximum", _SAFE_INTEGER))


def _resolve(schema: Json, definitions: Json) -> Json:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/definitions/")]
    return schema
