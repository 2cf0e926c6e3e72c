"""Imports go one way: entrances → outlets → stages → nouns, and stages never import each other."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOUNS = {"errors", "settings", "story", "annotations", "topics"}
STAGES = {"feeds", "formats", "clean", "desk", "annotate"}
OUTLETS = {"broker", "index", "search", "alerts"}
ENTRANCES = {"workers", "web", "kibana", "cli", "local"}
ALLOWED = {
    **dict.fromkeys(NOUNS, NOUNS),
    **{stage: NOUNS | {stage} for stage in STAGES},
    # A feed takes streams apart with the formats, before anything is a story.
    "feeds": NOUNS | {"feeds", "formats"},
    **dict.fromkeys(OUTLETS, NOUNS | OUTLETS),
    # The index keeps the desk's records.
    "index": NOUNS | OUTLETS | {"desk"},
    **dict.fromkeys(ENTRANCES, NOUNS | STAGES | OUTLETS | ENTRANCES),
    "__main__": ENTRANCES,
    "__init__": set(),
}
ONLY = {
    "faust": {"workers"},
    "spacy": {"annotate"},
    "fastapi": {"web"},
    "typer": {"cli"},
    "kafka": {"broker", "local"},
    "elasticsearch": {"index", "search", "alerts", "web"},
}
PACKAGE = ROOT / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The full names of what a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may_know(path):
    ours = {name.split(".")[1] for name in imported(path) if name.startswith("pipeline.")}
    assert ours <= ALLOWED[room(path)] | {"__version__"}


@pytest.mark.parametrize("library", ONLY)
def test_a_library_stays_in_its_rooms(library):
    rooms = {room(path) for path in MODULES if any(name.split(".")[0] == library for name in imported(path))}
    assert rooms <= ONLY[library]


def test_the_process_that_works_on_language_knows_nothing_of_faust():
    assert not any("faust" in name for name in imported(PACKAGE / "workers" / "language_process.py"))
