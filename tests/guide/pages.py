"""A page of the guide, read as what a person at a shell does with it.

1. An `sh` block is typed in the root of a checkout; the blocks of a page share one shell.
2. A `text` block right after it is what is printed: its lines occur in this order, `…` stands for anything in a line.
3. A block under a paragraph that ends in "as `path`:" is a file, made before going on.
4. A block under a paragraph that begins with one of `MARKS` is not run.
5. A block under a paragraph that ends in `SECOND_TERMINAL` stays running, until a paragraph begins with `CTRL_C` or the
   page ends.
6. Every other block is there to be read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MARKS = ("Needs a cluster", "Needs a container engine", "Needs a browser", "Needs a station", "Needs a network")
SECOND_TERMINAL = "In a second terminal:"
CTRL_C = "Press Ctrl-C in the second terminal"

_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>```+)(?P<language>\S*)\s*$")
_FILE = re.compile(r"\bas `(?P<path>[^`]+)`:$")
_HEADING = re.compile(r"(?P<level>#+) +(?P<title>.+?)\s*$")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_CODE_SPAN = re.compile(r"`[^`]*`")


class PageError(Exception):
    """A page that is not written as the rules say."""

    def __init__(self, path: Path, line: int, sentence: str) -> None:
        super().__init__(f"{path}:{line}: {sentence}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    line: int
    title: str


@dataclass(frozen=True, slots=True)
class Block:
    """What is between two fences; `line` is that of its first line, `above` the paragraph that directly precedes it."""

    line: int
    language: str
    text: str
    above: str


Element = Paragraph | Heading | Block


@dataclass(frozen=True, slots=True)
class Commands:
    """Typed into the page's shell; `expected` is None where nothing is said of what is printed."""

    block: Block
    expected: Block | None


@dataclass(frozen=True, slots=True)
class Background:
    """Typed into a second terminal, where it stays running."""

    block: Block
    expected: Block | None


@dataclass(frozen=True, slots=True)
class Unrun:
    """What needs more than a shell."""

    block: Block
    mark: str


@dataclass(frozen=True, slots=True)
class NewFile:
    block: Block
    path: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Ctrl-C where the newest second terminal is."""

    line: int


Step = Commands | Background | Unrun | NewFile | Interrupt


def read_elements(path: Path) -> Sequence[Element]:
    """The page's paragraphs, headings and blocks, from its top to its end. Raises PageError for an open fence."""
    elements: list[Element] = []
    paragraph: list[str] = []
    lines = list(enumerate(path.read_text().splitlines(), start=1))

    def close(before: int) -> None:
        if paragraph:
            elements.append(Paragraph(before - len(paragraph), " ".join(part.strip() for part in paragraph)))
            paragraph.clear()

    at = 0
    while at < len(lines):
        number, line = lines[at]
        at += 1
        if fence := _FENCE.match(line):
            close(number)
            above = elements[-1].text if elements and isinstance(elements[-1], Paragraph) else ""
            inside = []
            while at < len(lines) and lines[at][1].strip() != fence["ticks"]:
                inside.append(lines[at][1].removeprefix(fence["indent"]))
                at += 1
            if at == len(lines):
                raise PageError(path, number, "the fence is never closed")
            at += 1
            elements.append(Block(number + 1, fence["language"], "\n".join(inside) + "\n", above))
        elif heading := _HEADING.match(line):
            close(number)
            elements.append(Heading(number, heading["title"]))
        elif line.strip():
            paragraph.append(line)
        else:
            close(number)
    close(len(lines) + 1)
    return elements


def read_steps(path: Path) -> Sequence[Step]:
    """What the page has its reader do, in order. Raises PageError."""
    elements = read_elements(path)
    return list(_steps(elements))


def _steps(elements: Sequence[Element]) -> Iterator[Step]:
    for at, element in enumerate(elements):
        if isinstance(element, Paragraph) and element.text.startswith(CTRL_C):
            yield Interrupt(element.line)
        if not isinstance(element, Block):
            continue
        following = elements[at + 1] if at + 1 < len(elements) else None
        expected = following if isinstance(following, Block) and following.language == "text" else None
        mark = next((mark for mark in MARKS if element.above.startswith(mark)), None)
        if file := _FILE.search(element.above):
            yield NewFile(element, file["path"])
        elif element.language == "sh" and mark is not None:
            yield Unrun(element, mark)
        elif element.language == "sh" and element.above.endswith(SECOND_TERMINAL):
            yield Background(element, expected)
        elif element.language == "sh":
            yield Commands(element, expected)


def match_lines(expected: str, printed: Sequence[str]) -> str | None:
    """The first expected line that does not occur where it must, or None: all do."""
    at = 0
    for line in expected.splitlines():
        if not line.strip(" …"):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in line.rstrip().split("…")))
        while at < len(printed) and not pattern.fullmatch(printed[at].rstrip()):
            at += 1
        if at == len(printed):
            return line
        at += 1
    return None


def read_links(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the target of each link outside of code."""
    for element in read_elements(path):
        if isinstance(element, Block):
            continue
        text = element.text if isinstance(element, Paragraph) else element.title
        for link in _LINK.finditer(_CODE_SPAN.sub("", text)):
            yield element.line, link["target"]


def read_anchors(path: Path) -> frozenset[str]:
    """By what each heading of the page can be linked to, as the sites that show Markdown make it."""
    titles = (element.title for element in read_elements(path) if isinstance(element, Heading))
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)
