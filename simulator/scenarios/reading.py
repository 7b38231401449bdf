"""A scenario file as its types, or an error that says where the file is wrong and what would be right."""

import difflib
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import yaml

from simulator.errors import SimulatorError
from simulator.scenarios.model import Scenario
from simulator.scenarios.quantities import describe_quantity, read_quantity

_SUFFIX = ".yaml"
_MOST_VALUES = 100_000  # aliases of aliases are many
_MERGE = "tag:yaml.org,2002:merge"
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<field>.*?)`")
_MISSING_FIELD = re.compile(r"Object missing required field `(?P<field>.*?)`")
_PLACE = re.compile(r"(?P<what>.*) - at `(?P<path>\$.*)`$", re.DOTALL)


class InvalidScenario(SimulatorError):
    """A file is no scenario: `line` is where, counted from 1."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        self.source = source
        self.line = line
        self.reason = reason
        super().__init__(f"{source}:{line}: {reason}")


class Lines:
    """On which line each value of a file stands, by its path as msgspec writes it: `$.sites[0].count`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._values: dict[str, int] = {}
        self._keys: dict[tuple[str, str], int] = {}

    def note(self, path: str, line: int) -> None:
        """The value at this path stands there. Raises InvalidScenario where there are too many."""
        if len(self._values) >= _MOST_VALUES:
            raise InvalidScenario(self.source, line, f"a scenario has at most {_MOST_VALUES} values: use fewer aliases")
        self._values[path] = line

    def note_key(self, path: str, key: str, line: int) -> None:
        """The mapping at this path has this key there. Raises InvalidScenario for one that it has already."""
        if (path, key) in self._keys:
            first = self._keys[path, key]
            raise InvalidScenario(self.source, line, f"{key!r} is there already, on line {first}: keep one of them")
        self._keys[path, key] = line

    def note_merged_key(self, path: str, key: str, line: int) -> None:
        """The mapping at this path has this key from there, unless it has one of its own."""
        self._keys.setdefault((path, key), line)

    def keys_of(self, path: str) -> tuple[str, ...]:
        """The keys of the mapping at this path."""
        return tuple(key for at, key in self._keys if at == path)

    def find(self, path: str, key: str = "") -> int:
        """The line of a value, or of a key of it; where there is none, of what it would be in."""
        if (path, key) in self._keys:
            return self._keys[path, key]
        while path not in self._values and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._values.get(path, 1)

    def error(self, path: str, reason: str, *, key: str = "") -> InvalidScenario:
        """What is wrong at this path."""
        return InvalidScenario(self.source, self.find(path, key), reason)


def list_scenarios() -> tuple[str, ...]:
    """The names of the scenarios that come with the program."""
    folder = resources.files("simulator.scenarios") / "library"
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in folder.iterdir() if file.name.endswith(_SUFFIX)))


def find_scenario(name_or_path: str) -> tuple[str, Scenario, Lines]:
    """A scenario of ours by its name, or one in a file; with its name and its lines. Raises SimulatorError, OSError."""
    names = list_scenarios()
    if name_or_path in names:
        file = resources.files("simulator.scenarios") / "library" / f"{name_or_path}{_SUFFIX}"
        return name_or_path, *read_scenario(file.read_text("utf-8"), source=f"{name_or_path}{_SUFFIX}")
    path = Path(name_or_path)
    if not path.exists():
        raise SimulatorError(f"there is no scenario {name_or_path!r}: give a file, or one of {', '.join(names)}")
    return path.stem, *read_scenario(path.read_text("utf-8"), source=name_or_path)


def read_scenario(text: str, *, source: str) -> tuple[Scenario, Lines]:
    """The scenario of this text. Raises InvalidScenario."""
    lines = Lines(source)
    plain = _parse(text, lines)
    try:
        return msgspec.convert(plain, Scenario, dec_hook=read_quantity), lines
    except msgspec.ValidationError as error:
        raise _explain(str(error), lines) from error


def _parse(text: str, lines: Lines) -> Any:  # Any: YAML
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise InvalidScenario(lines.source, 1, "the file is empty: it needs about, sites, models, drivers, assert")
        return _plain(node, "$", loader, lines)
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise InvalidScenario(lines.source, line, f"this is no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InvalidScenario(lines.source, 1, f"this is no YAML: {error}") from error
    except RecursionError as error:
        raise InvalidScenario(
            lines.source, 1, "something stands within itself: an alias names what it is in"
        ) from error
    finally:
        loader.dispose()


def _plain(node: yaml.Node, path: str, loader: yaml.SafeLoader, lines: Lines) -> Any:  # Any: YAML
    lines.note(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return {
            key: _plain(value, f"{path}.{key}", loader, lines) for key, value in _members(node, path, loader, lines)
        }
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{path}[{number}]", loader, lines) for number, item in enumerate(node.value)]
    try:
        return loader.construct_object(node)
    except ValueError as error:
        raise InvalidScenario(
            lines.source, node.start_mark.line + 1, f"{node.value!r} means nothing: {error}"
        ) from error


def _members(
    node: yaml.MappingNode, path: str, loader: yaml.SafeLoader, lines: Lines
) -> Iterator[tuple[str, yaml.Node]]:
    # A key is the text as it was written: 1.6 is a version here, not a number.
    for key, _ in node.value:
        if key.tag != _MERGE:
            lines.note_key(path, str(key.value), key.start_mark.line + 1)
    loader.flatten_mapping(node)  # `<<: *anchor`: what was merged comes first
    # An alias shows the same node again: then it has each key once.
    node.value = list({str(key.value): (key, value) for key, value in node.value}.values())
    for key, value in node.value:
        lines.note_merged_key(path, str(key.value), key.start_mark.line + 1)
        yield str(key.value), value


def _explain(message: str, lines: Lines) -> InvalidScenario:
    found = _PLACE.match(message)
    what, path = (found["what"], found["path"]) if found else (message, "$")
    shown = path.removeprefix("$").removeprefix(".")
    if unknown := _UNKNOWN_FIELD.match(what):
        field = unknown["field"]
        near = difflib.get_close_matches(field, _every_field(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; `chargeyard fleet schema` says what there is"
        return lines.error(path, f"{shown or 'a scenario'} has no {field!r}{hint}", key=field)
    if missing := _MISSING_FIELD.match(what):
        return lines.error(path, f"{shown or 'the scenario'} needs {missing['field']!r}")
    return lines.error(path, f"{shown}: {what[:1].lower()}{what[1:]}")


def _every_field() -> tuple[str, ...]:
    schema = msgspec.json.schema_components([Scenario], schema_hook=describe_quantity)[1]
    return tuple(sorted({name for part in schema.values() for name in part.get("properties", ())}))
