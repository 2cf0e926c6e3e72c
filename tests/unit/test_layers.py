"""The direction of imports: commands → operations → stages → connections → nouns; stages never import each other."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOUNS = {"agencies", "annotations", "dead_letter", "demo", "designation", "envelope"}
NOUNS |= {"errors", "extractions", "settings", "span", "story", "subject", "topics", "value"}
SERVERS = {"address_guard", "elasticsearch", "kafka", "locate"}
STAGES = {"feeds", "formats", "clean", "desk", "annotate", "utterances"}
LANGUAGE = {"knowledge", "reading", "languages"}
OUTLETS = {"identity", "identity/indexed", "documents", "derive", "index", "search", "alerts"}
ENTRANCES = {"workers", "web", "kibana", "cli", "local"}
ALLOWED = {
    **dict.fromkeys(NOUNS, NOUNS),
    **{stage: NOUNS | {"languages", stage} for stage in STAGES},
    # A feed takes streams apart with the formats, before anything is a story, and visits addresses.
    "feeds": NOUNS | {"address_guard", "feeds", "formats"},
    **{server: NOUNS | {server} for server in SERVERS},
    # What was said in each version is part of a record; the records are its store's.
    "desk": NOUNS | {"elasticsearch", "languages", "utterances", "desk"},
    "documents": NOUNS | {"identity", "knowledge", "languages", "utterances", "documents"},
    "derive": NOUNS | {"elasticsearch", "languages", "desk", "documents", "index", "derive"},
    "knowledge": NOUNS | {"knowledge"},
    # Whether a word is a name is a feature of it.
    "reading": NOUNS | {"knowledge", "reading"},
    "languages": NOUNS | LANGUAGE,
    "annotate": NOUNS | LANGUAGE | {"annotate"},
    # Whether a word is a given name decides whom it can mean.
    "identity": NOUNS | {"knowledge", "identity"},
    # What identities do with indexed stories comes after the documents, which have identities.
    "identity/indexed": NOUNS | {"elasticsearch", "identity", "documents", "index", "search", "identity/indexed"},
    "index": NOUNS | {"elasticsearch", "desk", "identity", "documents", "index"},
    "search": NOUNS | {"elasticsearch", "knowledge", "utterances", "desk", "identity", "documents", "search"},
    "alerts": NOUNS | {"address_guard", "elasticsearch", "utterances", "documents", "index", "search", "alerts"},
    "ops": NOUNS | STAGES | SERVERS | OUTLETS | {"ops"},
    **dict.fromkeys(ENTRANCES, NOUNS | STAGES | SERVERS | OUTLETS | ENTRANCES | {"ops"}),
    "__main__": ENTRANCES,
    "__init__": set(),
}
ONLY = {
    "faust": {"workers/runtime"},
    "spacy": {"reading", "languages"},
    "fastapi": {"web"},
    "typer": {"cli"},
    "kafka": {"kafka", "local"},
    "elasticsearch": {"elasticsearch", "identity/indexed", "index", "search", "alerts", "ops"},
}
PACKAGE = ROOT / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """Return the full names of a module's imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def package(path: Path) -> str:
    return room(path.relative_to(PACKAGE).with_suffix("").parts)


def room(parts: Sequence[str]) -> str:
    """Return the folder that a module belongs to, or the folder in it that has a rule of its own."""
    inner = "/".join(parts[:2])
    return inner if inner in ALLOWED else parts[0]


def importing(library: str) -> list[str]:
    """Return the modules that import a library."""
    found = [path for path in MODULES if any(name.split(".")[0] == library for name in imported(path))]
    return [str(path.relative_to(PACKAGE)) for path in found]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_package_may_know(path):
    ours = {room(name.split(".")[1:]) for name in imported(path) if name.startswith("pipeline.")}
    assert ours <= ALLOWED[package(path)] | {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_what_is_there_for_its_tests(path):
    assert not {"tests", "bench", "scoring"} & {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("library", ONLY)
def test_a_library_stays_in_its_packages(library):
    assert all(any(name.startswith(where) for where in ONLY[library]) for name in importing(library))


@pytest.mark.parametrize("folder", ["stages", "language"])
def test_a_stage_knows_nothing_of_the_runtime_and_no_other_stage(folder):
    for path in (PACKAGE / "workers" / folder).glob("*.py"):
        names = imported(path)
        assert not any("workers.runtime" in name or "faust" in name for name in names)
        assert not any("workers.stages" in name for name in names)
