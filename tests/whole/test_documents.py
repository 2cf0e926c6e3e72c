"""Every command in the documentation runs: the tutorial's with its output, the others to their end."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.origin import Origin, feed_of
from tests.whole.conftest import PATIENCE, running

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
ADDRESS = "https://example.org/world.xml"
ENDLESS = ("wire up", "wire feeds", "wire worker", "wire serve", "wire feed --follow", "make ")
"""Commands that run until they are told to stop; other tests run them, here only their words are checked."""
_BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.S | re.M)


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Return the code blocks of a page in a language, each with the comment before it."""
    return [(beside, text) for found, beside, text in _BLOCK.findall(page.read_text()) if found == language]


@pytest.fixture(scope="module")
def desk(servers, tmp_path_factory):
    """A new user's folder, with a ``wire up`` running in it: first for the tutorial, then for all else."""
    folder = tmp_path_factory.mktemp("desk")
    home = folder / "home"
    (home / "configs").mkdir(parents=True)
    shutil.copytree(ROOT / "seeds", home / "seeds")
    with running(folder / "data", "--port", "0", env=servers.installation("desk"), home=home) as wire:
        yield wire


def shell(wire, command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line in a shell; plain ``wire`` commands run in this process, which is faster."""
    if command.startswith("wire ") and not set(command) & set("|><;&$"):
        return wire(*shlex.split(command)[1:], code=None)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | wire.environment | {"PATH": path}
    return subprocess.run(["bash", "-c", command], cwd=wire.home, capture_output=True, timeout=PATIENCE, env=env)


def expected(lines: str) -> re.Pattern[str]:
    """Return the pattern that a command's output must match at any terminal width; three dots match anything."""
    return re.compile(re.escape(" ".join(lines.split())).replace("…", ".*?"))


def test_the_tutorial_goes_as_it_says(desk):
    page = ROOT / "docs" / "tutorial.md"
    with Origin() as origin:
        origin.serve("/world.xml", feed_of("storm"))
        for language, beside, text in _BLOCK.findall(page.read_text()):
            if beside:
                (desk.home / beside).write_text(text.replace(ADDRESS, origin.url("/world.xml")))
            if language != "console":
                continue
            for command, output in re.findall(r"^\$ ([^\n]*)\n((?:(?!\$ ).*\n)*)", text, re.M):
                if not command.startswith(("export", "wire up")):
                    until_printed(desk, command, expected(output))


def until_printed(wire, command: str, pattern: re.Pattern[str]) -> None:
    """Repeat a command until its output matches: items fed a moment ago take some seconds."""
    deadline = time.monotonic() + PATIENCE
    while not pattern.fullmatch(" ".join((done := shell(wire, command)).stdout.decode().split())):
        assert time.monotonic() < deadline, f"{command}\n{done.stdout.decode()}\n{done.stderr.decode()}"
        time.sleep(0.5)


def test_all_other_commands_run(desk):
    for page in PAGES:
        for beside, text in blocks(page, "sh") if page.name not in ("commands.md", "tutorial.md") else ():
            for line in text.splitlines() if not beside else ():
                command = line.partition("  #")[0].strip()
                if not command or command.startswith(("#", "export ")):
                    continue
                if command.startswith(ENDLESS):
                    command = f"{command} --help" if command.startswith("wire") else f"make -n -C {ROOT} {command[5:]}"
                done = shell(desk, command)
                assert done.returncode == 0, f"{page.name}: {command}\n{done.stderr.decode()}"


def test_a_command_that_is_not_run_says_why():
    beside = [note for page in PAGES for note, _ in blocks(page, "sh") if note]
    assert all(note == "in-copy" or note.startswith("not-run: ") for note in beside)
