"""What a block of commands calls, looked up and not run: our verbs with their options, and files of the repository."""

import importlib
import io
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path

import dev
from chargeyard import cli
from tests.guide.checkout import ROOT

_ENDS = ("|", "||", "&&", ";", "&", ">", ">>", "<", "(", ")")
_PATH = re.compile(r"(?<![\w/.:@$}-])(?:[\w-]+/)+[\w.-]+")
# Verbs of dev.py that stand for modules with options of their own; `run` takes any verb of the command line.
_MODULE_OF = {"bench": "loadtest.bench.__main__"}
_FREE_OPTIONS = ("test", "conformance", "lock")


def complaints(text: str) -> Iterator[str]:
    """What is wrong with these commands, as far as that is seen without running them."""
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        yield checked.stderr.strip()
        return
    for name in _named_paths(text):
        if not (ROOT / name).exists():
            yield f"{name} is not in the repository"
    for words in our_commands(text):
        yield from unknown_words(words)


def our_commands(text: str) -> Iterator[Sequence[str]]:
    """Each call of dev.py or of chargeyard, as words from the program's name on."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        words = _words(line)
        for at, word in enumerate(words):
            if word == "dev.py" or Path(word).name == "chargeyard":
                end = next((n for n, one in enumerate(words[at:], start=at) if one in _ENDS), len(words))
                yield [Path(word).name, *words[at + 1 : end]]


def unknown_words(words: Sequence[str]) -> Iterator[str]:
    """What the command line does not know of this call."""
    program, *rest = words
    if program == "dev.py":
        if not any(verb.name == rest[0] for verb in dev.VERBS):
            yield f"dev.py has no verb {rest[0]}"
            return
        if rest[0] in _FREE_OPTIONS:
            return
        rest = rest[1:] if rest[0] == "run" else rest
    verb = next((row for row in cli.VERBS if row.name == rest[0]), None)
    module = verb.module if verb is not None else _MODULE_OF.get(rest[0])
    if module is None:
        if program == "chargeyard":
            yield f"chargeyard has no verb {rest[0]}"
        return
    help_text = _deepest_help(module, rest[1:])
    for word in rest[1:]:
        option = word.partition("=")[0]
        if option.startswith("--") and not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text):
            yield f"{' '.join(rest[:1])} has no option {option}"


def _deepest_help(module: str, words: Sequence[str]) -> str:
    """The help of the verb, and of the subcommands that the first words name."""
    texts = [_help(module, ())]
    named: tuple[str, ...] = ()
    for word in words:
        if word.startswith("-"):
            break
        named = (*named, word)
        texts.append(_help(module, named))
    return "\n".join(texts)


@cache
def _help(module: str, words: tuple[str, ...]) -> str:
    run: Callable[[Sequence[str]], object] = importlib.import_module(module).main
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()), suppress(SystemExit):
        run([*words, "--help"])
    return printed.getvalue()


def _named_paths(text: str) -> Iterator[str]:
    tops = {entry.name for entry in ROOT.iterdir() if entry.is_dir() and not entry.name.startswith(".")}
    for found in _PATH.finditer(text):
        if found[0].split(os.sep, 1)[0] in tops:
            yield found[0]


def _words(line: str) -> Sequence[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:
        # A line of a quotation that goes over several: no call of ours begins there.
        return ()
