"""The files of a revision and the environment they run in: those of the working tree, or of another revision to compare."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.served import ROOT, settings_for

_LOCK = "requirements.lock"
_ENVIRONMENT = ".venv"
_DOTENV = ".env"  # settings of this installation, which git does not know


class UnknownRevision(Exception):
    """Git knows no such revision."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The folder of a revision's files, and the virtual environment that has its packages."""

    root: Path
    environment: Path

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.environment / "bin" / "python"

    def run(self, database_url: str, *arguments: str) -> str:
        """Run the checkout's Python with these arguments on the database. Return what it printed."""
        command = [str(self.python), *arguments]
        environment = settings_for(database_url)
        done = subprocess.run(command, cwd=self.root, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()


HERE = Checkout(ROOT, Path(sys.prefix))


def commit_of(revision: str) -> str:
    """Return the full name of the revision's commit.

    Raises:
        UnknownRevision: there is none.

    """
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError as error:
        raise UnknownRevision(f"{revision}: {UnknownRevision.__doc__}") from error


def named(commit: str) -> str:
    """Return the commit's short name and subject, for a reader."""
    return _git("log", "--max-count=1", "--format=%h (%s)", commit)


def is_changed() -> bool:
    """Whether the working tree has uncommitted changes."""
    return bool(_git("status", "--porcelain"))


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[tuple[Checkout, str]]:
    """Yield a checkout of the commit in this folder with the packages of its own lock file, and the environment used.

    The files are deleted afterwards.
    """
    _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
    try:
        if (ROOT / _DOTENV).exists():
            shutil.copy(ROOT / _DOTENV, folder / _DOTENV)
        environment = _make_environment(folder)
        yield Checkout(folder, folder / _ENVIRONMENT), environment
    finally:
        _git("worktree", "remove", "--force", str(folder))


def _make_environment(folder: Path) -> str:
    """Link the present environment if the lock files are equal, else install another. Return which was done."""
    if (folder / _LOCK).read_bytes() == (ROOT / _LOCK).read_bytes():
        (folder / _ENVIRONMENT).symlink_to(sys.prefix, target_is_directory=True)
        return f"Both have the same {_LOCK} and run in the present environment."
    make = ["make", "--no-print-directory", "setup", f"PYTHON={sys.executable}"]
    subprocess.run(make, cwd=folder, check=True, stdout=sys.stderr)
    return f"Each has a {_LOCK} and an environment of its own."


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
