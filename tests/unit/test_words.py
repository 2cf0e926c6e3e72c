"""Names, prose and metrics use standard terms, one for each thing; ``docs/glossary.md`` lists them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipeline.feeds.feed_metrics import FeedMetrics
from pipeline.feeds.feed_state import FeedState
from pipeline.web.request_metrics import RequestMetrics
from pipeline.workers.runtime.metrics import WorkerMetrics
from tests.conftest import ROOT

IDIOMS = frozenset(
    "cures noting pulse settler bury ledger patiently vigil knock telling told divided door refusal harvest "
    "lone quietly parted furniture likeness voices turns drafts familiar gathered loose alike".split()
)
"""Words that this project once used with a meaning of its own."""
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all that a module's code consists of."""
    return list(ast.walk(ast.parse(path.read_text())))


def public(path: Path) -> Iterator[str]:
    """Yield the public names of a module: its own and those of classes, functions, parameters, fields, constants."""
    yield path.stem
    for node in nodes(path):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name) and target.id.isupper())
        elif isinstance(node, ast.arg):
            yield node.arg


def words(name: str) -> set[str]:
    """Return the words of a name in either case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


@cache
def glossary() -> dict[str, set[str]]:
    """Return each term with the words not used for it."""
    rows = re.findall(r"^\| ([^|]+) \|[^|]+\|([^|]*)\|$", (ROOT / "docs" / "glossary.md").read_text(), re.M)
    return {term.strip(): set(filter(None, map(str.strip, others.split(",")))) for term, others in rows[2:]}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "pipeline")))
def test_no_public_name_is_an_idiom_or_a_second_word_for_one_thing(path):
    second = {other for others in glossary().values() for other in others if " " not in other}
    names = [name for name in public(path) if not name.startswith("_")]
    assert [name for name in names if words(name) & (IDIOMS | second)] == []


def test_no_name_of_the_tests_is_an_idiom():
    modules = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert [name for path in modules for name in public(path) if words(name) & IDIOMS] == []


def test_the_glossary_has_each_term_once():
    terms = glossary()
    others = [other for each in terms.values() for other in each]
    assert len(terms) > 25
    assert not set(others) & set(terms)
    assert len(others) == len(set(others))


def prose(text: str) -> str:
    """Return a page without its code, tables and comments."""
    for pattern in (r"<!--.*?-->", r"```.*?```", r"`[^`\n]*`", r"\]\([^)]*\)", r"(?m:^\|.*?$)"):
        text = re.sub(pattern, "", text, flags=re.S)
    return re.sub(r" {2,}", " ", text)


def docstrings(path: Path) -> str:
    """Return the docstrings of a module, one paragraph each."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = (ast.get_docstring(node) for node in nodes(path) if isinstance(node, documented))
    text = "\n\n".join(re.sub(r"``.*?``", "", text, flags=re.S) for text in found if text)
    return re.sub(r"(?<=\S) {2,}", " ", text)


def test_the_prose_linter_finds_nothing(tmp_path):
    for path in PAGES:
        (tmp_path / f"{path.stem}.md").write_text(prose(path.read_text()))
    for path in MODULES:
        (tmp_path / f"{'-'.join(path.relative_to(ROOT).parts)}.md").write_text(docstrings(path))
    command = [
        sys.executable,
        "-m",
        "proselint",
        "check",
        "--config",
        ROOT / "docs" / "proselint.json",
        "-o",
        "compact",
    ]
    done = subprocess.run([*command, *sorted(tmp_path.iterdir())], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def registries(folder: Path) -> list[CollectorRegistry]:
    """Return every registry served at ``/metrics``, with samples in it."""
    worker = WorkerMetrics("parse")
    worker.dead_letter("MalformedItem")
    worker.server_unavailable("kafka", "it does not respond")
    worker.batch(1)
    worker.event_ended("sent", 0.0, 0.0)
    state = FeedState(folder)
    state.record_freshness("feed", state.freshness("feed").with_arrivals(1, 1.0))
    feeds, requests = CollectorRegistry(), CollectorRegistry()
    feeds.register(FeedMetrics((), state))
    RequestMetrics(None, requests)
    return [worker.registry, feeds, requests]


def test_metrics_follow_prometheus_rules(tmp_path):
    """Names, units, types and help texts, as promtool's linter checks them, and the strict parser of OpenMetrics."""
    for registry in registries(tmp_path):
        families = list(text_string_to_metric_families(generate_latest(registry).decode()))
        assert families
        for family in families:
            # Those of the process are the client's own.
            assert re.fullmatch(r"(wire|process)_[a-z]+(_[a-z]+)*", family.name), family.name
            assert family.documentation.endswith("."), family.name
            assert family.type in ("counter", "gauge", "histogram"), family.name
            assert not re.search(
                r"_(counter|gauge|histogram|count|sum|bucket|milliseconds|ms|kb|percent)$", family.name
            )
            names = {sample.name for sample in family.samples}
            assert not names or (family.type == "counter") == (
                names <= {f"{family.name}_total", f"{family.name}_created"}
            )
            if family.type == "histogram":
                assert family.name.endswith(("_seconds", "_bytes", "_events")), family.name


def test_log_events_are_snake_case_names():
    calls = [
        (path.name, node.args[0].value)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(calls) > 20
    assert [call for call in calls if not re.fullmatch(r"[a-z]+(_[a-z]+)+", call[1])] == []
