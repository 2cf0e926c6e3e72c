"""The how-to pages that add something to wire: each is carried out on a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

PAGES = sorted((ROOT / "docs" / "how-to").glob("add-*.md"))
_BLOCK = re.compile(r"^```(diff|sh) ?([^\n]*)\n(.*?)^```$", re.S | re.M)
_INCLUDED = re.compile(r"^```{literalinclude} (\S+)\n", re.M)


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the project."""
    for name in ("pipeline", "deploy", "tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("_build"))
    for name in ("docker-compose.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(copy: Path, *words: str) -> str:
    """Run a program in the copy, and return its output; the exit code is checked."""
    env = os.environ | {
        "PYTHONPATH": str(copy),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTEST_ADDOPTS": "-n0 -p no:cacheprovider",
    }
    done = subprocess.run(words, cwd=copy, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def patch(copy: Path, text: str) -> None:
    """Apply a diff without line numbers: the text it removes occurs exactly once."""
    name, *hunks = re.split(r"^@@\n", text, flags=re.M)
    path = copy / re.search(r"^\+\+\+ b/(\S+)$", name, re.M)[1]
    code = path.read_text()
    for hunk in hunks:
        before, after = (
            "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[0] in kind) for kind in (" -", " +")
        )
        assert code.count(before) == 1, before
        code = code.replace(before, after)
    path.write_text(code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_works_as_the_page_says(copy, page):
    example = ROOT / "docs" / "examples" / page.stem
    included = {(page.parent / name).resolve() for name in _INCLUDED.findall(page.read_text())}
    files = {path for path in example.rglob("*") if path.is_file()}
    assert files <= included
    if files:
        shutil.copytree(example, copy, dirs_exist_ok=True)
    for language, beside, text in _BLOCK.findall(page.read_text()):
        if language == "diff":
            patch(copy, text)
        elif beside == "in-copy":
            for command in text.splitlines():
                run(copy, "bash", "-c", command.replace("make deploy", "python -m deploy.generate"))
    if tests := [path.relative_to(example) for path in files if path.name.startswith("test_")]:
        run(copy, sys.executable, "-m", "pytest", "-q", *map(str, tests))
    if page.stem == "add-a-stage":
        services = yaml.safe_load((copy / "docker-compose.yml").read_text())["services"]
        assert services["count"]["command"] == ["worker", "count"]
        program = (
            "from pipeline import topics; from pipeline.cli.trace import _LABELS; "
            "print(topics.STAGES['count'].number, topics.ANNOTATE.number, _LABELS['edited'], _LABELS['counted'])"
        )
        assert run(copy, sys.executable, "-c", program) == (
            "2 3 on wire.edited: counts, waits for count on wire.counted: counted, waits for annotate\n"
        )
