"""A copy of what is tracked, with an environment in which dev.py finds everything installed."""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
_KEPT = ".venv"


def lay_out(folder: Path) -> None:
    """`folder` is a fresh checkout: what an earlier page left is gone, but for the environment and its bytecode."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.name == _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    _copy_tracked_files(folder)
    _copy_built_apps(folder)
    if not (folder / _KEPT).exists():
        _make_environment(folder)
    # What dev.py writes when it has installed everything: here all of it is there already.
    stamp = "import dev; dev.STAMP_FILE.write_text(dev.fingerprint())"
    subprocess.run([sys.executable, "-c", stamp], cwd=folder, env={"PYTHONDONTWRITEBYTECODE": "1"}, check=True)


def _copy_tracked_files(folder: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # With its time of change, so that the bytecode of an earlier page still fits.
            shutil.copy2(source, target)


def _copy_built_apps(folder: Path) -> None:
    """The web apps as they are built here: a page need not build them again, for which it would need a network."""
    built, web = ROOT / "backoffice" / "web", folder / "backoffice" / "web"
    if (built / "dist").exists() and (built / "node_modules").exists():
        shutil.copytree(built / "dist", web / "dist")
        (web / "node_modules").symlink_to(built / "node_modules")


def _make_environment(folder: Path) -> None:
    """`.venv` of the checkout: its own interpreter and project, the packages and programs of the one that runs us."""
    made = folder / _KEPT
    venv.create(made, symlinks=True, with_pip=False)
    theirs = Path(sys.prefix)
    packages = made / Path(sysconfig.get_path("purelib")).relative_to(theirs)
    (packages / "checkout.pth").write_text(f"{folder}\n{sysconfig.get_path('purelib')}\n")
    for program in (theirs / "bin").iterdir():
        target = made / "bin" / program.name
        if not target.exists():
            _lend(program, target, ours=made / "bin" / "python")


def _lend(program: Path, target: Path, *, ours: Path) -> None:
    first, newline, rest = program.read_bytes().partition(b"\n")
    if not re.fullmatch(rb"#!.*/bin/python[\d.]*", first):
        target.symlink_to(program.resolve())
        return
    target.write_bytes(f"#!{ours}".encode() + newline + rest)
    target.chmod(0o755)
