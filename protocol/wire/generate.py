"""Writes `v16.py`, `v201.py` and `v21.py` from the JSON schemas that the `ocpp` package ships.

    python -m protocol.wire.generate            write the three modules
    python -m protocol.wire.generate --check    exit 1 when one of them is not what would be written

1. Only known keywords are translated; a schema with any other one stops the generator.
2. Equal shapes of one name become one type; different shapes of one name stop the generator.
3. A whole number has 64 bits, whatever its schema says: what is larger has room nowhere behind the wire.
4. A type is written after those that it holds, so that annotations are evaluated at import, once.
"""

import json
import re
import sys
import textwrap
from importlib.resources import files
from pathlib import Path

from protocol.wire.naming import (
    Schema,
    attribute_name,
    camel_case,
    message_name,
    name_nameless_shapes,
    shape_of,
    type_name,
)

VERSIONS = {"v16": "1.6", "v201": "2.0.1", "v21": "2.1"}

# Keywords that accept nothing less and nothing more.
_SILENT = frozenset({"$id", "$schema", "comment", "default", "description", "format", "javaType", "title"})
_KEYWORDS = {
    None: frozenset[str](),
    "array": frozenset({"type", "items", "additionalItems", "minItems", "maxItems"}),
    "boolean": frozenset({"type"}),
    "integer": frozenset({"type", "minimum", "maximum"}),
    "number": frozenset({"type", "minimum", "maximum", "multipleOf"}),
    "object": frozenset({"type", "properties", "required", "additionalProperties", "definitions"}),
    "string": frozenset({"type", "maxLength", "enum", "additionalProperties"}),
}


def main(arguments: list[str], folder: Path) -> int:
    """Write the modules into the folder, or with `--check` only compare them; return 1 where one is stale."""
    modules = {folder / f"{module}.py": generate_module(module) for module in VERSIONS}
    if arguments == ["--check"]:
        stale = [path for path, text in modules.items() if not path.exists() or path.read_text("utf-8") != text]
        for path in stale:
            sys.stderr.write(f"{path.name} is stale: run python -m protocol.wire.generate\n")
        return 1 if stale else 0
    for path, text in modules.items():
        path.write_text(text, "utf-8")
    return 0


def generate_module(module: str) -> str:
    """Return the source of one version's module, named as in VERSIONS."""
    schemas = read_schemas(module)
    types = _Types(name_nameless_shapes(schemas) if module == "v16" else {})
    messages = [
        types.add(message_name(file), schema, schema.get("definitions", {})) for file, schema in schemas.items()
    ]
    actions = [name.removesuffix("Response") for name in messages if name.endswith("Response")]
    answered = {f"{action}Request": action for action in actions}
    sends = [name for name in messages if name.endswith("Request") and name not in answered]
    pairs = {action: f"({request}, {action}Response)" for request, action in answered.items()}
    body = [
        "\n".join(code for _, code in sorted(types.aliases.items(), key=lambda item: (len(item[0]), item[0]))),
        "\n".join(types.enumerations.values()),
        *("\n" + code for code in types.structs.values()),
        "\n" + _table("ACTIONS", "tuple[type[Struct], type[Struct]]", pairs),
        _table("SENDS", "type[Struct]", {name.removesuffix("Request"): name for name in sends}),
    ]
    return _header(VERSIONS[module], "\n\n".join(body)) + "\n\n".join(body) + "\n"


def read_schemas(module: str) -> dict[str, Schema]:
    """Read one version's schemas, sorted: file name without `.json` -> schema."""
    paths = {path.name.removesuffix(".json"): path for path in (files("ocpp") / module / "schemas").iterdir()}
    return {name: json.loads(paths[name].read_text("utf-8-sig")) for name in sorted(paths)}


class _Types:
    """One version's types as source, collected in the order in which they can be written."""

    def __init__(self, nameless: dict[str, str]) -> None:
        self._nameless = nameless
        self.aliases: dict[str, str] = {}
        self.enumerations: dict[str, str] = {}
        self.structs: dict[str, str] = {}

    def add(self, name: str, schema: Schema, definitions: Schema) -> str:
        """Write a named enumeration or object, and before it what it holds; return its name."""
        if name == "CustomData":
            return name
        _require_known_keywords(schema)
        if "enum" in schema:
            return _put(self.enumerations, name, _literal(name, schema["enum"]))
        if schema["additionalProperties"] is not False:
            raise ValueError(f"{name} is an open object, and only CustomData may be one.")
        fields = schema.get("properties", {})
        required = frozenset(schema.get("required", ()))
        lines = [self._attribute(field, fields[field], definitions, field in required) for field in fields]
        if tenths := [field for field, inner in fields.items() if "multipleOf" in inner]:
            lines += ["", "    def __post_init__(self) -> None:"]
            lines += [f'        require_tenths("{field}", self.{attribute_name(field)})' for field in tenths]
        head = f"class {name}(WireStruct, frozen=True, kw_only=True):"
        return _put(self.structs, name, "\n".join([head, *(lines or ["    pass"])]))

    def _attribute(self, field: str, schema: Schema, definitions: Schema, is_required: bool) -> str:
        name = attribute_name(field)
        expression = self._expression(schema, definitions)
        default = "" if is_required else "UNSET"
        if camel_case(name) != field:
            default = f'field(name="{field}")' if is_required else f'field(name="{field}", default=UNSET)'
        line = f"    {name}: {expression}" if is_required else f"    {name}: {expression} | UnsetType"
        return f"{line} = {default}" if default else line

    def _expression(self, schema: Schema, definitions: Schema) -> str:
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            return self.add(type_name(name), definitions[name], definitions)
        _require_known_keywords(schema)
        kind = schema.get("type")
        if kind is None:
            return "Raw"
        if kind == "object" or "enum" in schema:
            return self.add(self._nameless[shape_of(schema)], schema, definitions)
        if kind == "boolean":
            return "bool"
        if kind == "string":
            return self._bounded("str", {}, {"max_length": schema.get("maxLength")})
        if kind == "array":
            items = self._expression(schema["items"], definitions)
            name = self._bounded(
                "tuple", {"min_length": schema.get("minItems")}, {"max_length": schema.get("maxItems")}
            )
            return f"tuple[{items}, ...]" if name == "tuple" else f"{name}[{items}]"
        low, high = schema.get("minimum"), schema.get("maximum")
        if kind == "number":
            return self._bounded("float", {"ge": low}, {"le": high})
        return "Int64" if low is None and high is None else self._bounded("int", {"ge": low}, {"le": high})

    def _bounded(self, kind: str, low: dict[str, float | None], high: dict[str, float | None]) -> str:
        """Name the type of the values between two bounds, as `IntFrom0To3`, and write it once; bounds may be None."""
        name, bounds = kind.capitalize(), []
        for word, limits in (("From", low), ("To", high)):
            # The schemas write some bounds as 0.0; every one of them is whole.
            for keyword, limit in ((keyword, int(limit)) for keyword, limit in limits.items() if limit is not None):
                name += f"{word}{limit}"
                bounds.append(f"{keyword}={limit}")
        if not bounds:
            return kind
        if kind == "int" and high["le"] is None:
            bounds.append("le=2**63 - 1")
        base = "tuple[_T, ...]" if kind == "tuple" else kind
        return _put(self.aliases, name, f"{name} = Annotated[{base}, Meta({', '.join(bounds)})]")


def _require_known_keywords(schema: Schema) -> None:
    kind = schema.get("type")
    if unknown := schema.keys() - _SILENT - _KEYWORDS[kind]:
        raise ValueError(f"A schema of type {kind} uses {sorted(unknown)}, which nothing here translates.")


def _literal(name: str, values: list[str]) -> str:
    listed = ", ".join(f'"{value}"' for value in values)
    if len(f"{name} = Literal[{listed}]") <= 120:
        return f"{name} = Literal[{listed}]"
    lines = textwrap.fill(listed, 120, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    return f"{name} = Literal[\n{lines},\n]"


def _put(types: dict[str, str], name: str, code: str) -> str:
    if types.setdefault(name, code) != code:
        raise ValueError(f"Two shapes are called {name}.")
    return name


def _table(name: str, value_type: str, rows: dict[str, str]) -> str:
    lines = [f'    "{action}": {types},' for action, types in sorted(rows.items())]
    return "\n".join([f"{name}: Mapping[str, {value_type}] = {{", *lines, "}"])


def _header(version: str, body: str) -> str:
    """Return the docstring and the imports that the body needs."""
    sources = {
        "typing": ("Annotated", "Literal", "TypeVar"),
        "msgspec": ("UNSET", "Meta", "Raw", "Struct", "UnsetType", "field"),
        "protocol.wire.structs": ("CustomData", "Int64", "WireStruct", "require_tenths"),
    }
    imports = []
    for source, names in sources.items():
        used = [name for name in names if name == "TypeVar" or re.search(rf'(?<!")\b{name}\b', body)]
        # Written out, because a version's module offers CustomData as its own.
        imports.append(f"from {source} import {', '.join(used)}".replace("CustomData", "CustomData as CustomData"))
    return f'''\
"""The messages of OCPP {version}, made by `protocol.wire.generate` from their JSON schemas: do not edit."""

from collections.abc import Mapping
{imports[0]}

{imports[1]}

{imports[2]}

_T = TypeVar("_T")

'''


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).parent))
