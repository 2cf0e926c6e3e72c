"""Prometheus: each alert rule fires on its case, uses metrics that exist, and is explained; and Grafana's board."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy import grafana
from pipeline.feeds.feed_metrics import FeedMetrics
from pipeline.feeds.feed_state import FeedState
from pipeline.kibana.contents import Number, OverTime, Pairs
from pipeline.kibana.dashboards import METRICS, PIPELINE
from pipeline.ops.server_metrics import families
from pipeline.workers.runtime.metrics import WorkerMetrics
from tests.conftest import ROOT, without

RULES = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yaml").read_text())["groups"][0]["rules"]
BOARD = grafana.board()
EXPRESSIONS = [
    target["expr"].replace("$__rate_interval", "5m").replace("$__range", "6h")
    for panel in BOARD["panels"]
    for target in panel.get("targets", ())
]
CASES = ROOT / "tests" / "prometheus" / "rules.yaml"


def test_each_rule_fires_on_its_case_and_none_where_all_is_well():
    promtool = shutil.which("promtool") or without("promtool", "prometheus")
    done = subprocess.run([promtool, "test", "rules", CASES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_has_a_case_in_which_it_fires():
    tests = yaml.safe_load(CASES.read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    assert fired == {rule["alert"] for rule in RULES}


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> set[str]:
    """The names of all series that wire serves."""
    feed_state = FeedState(tmp_path_factory.mktemp("feeds"))
    collected = (*WorkerMetrics("index").registry.collect(), *FeedMetrics((), feed_state).collect())
    feed_state.close()
    return {
        name
        for family in (*collected, *families({}, None))
        for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")
    }


def test_each_rule_asks_for_metrics_that_are_served(served):
    for rule in RULES:
        assert set(re.findall(r"wire_\w+", rule["expr"])) <= served, rule["alert"]


def test_the_how_to_page_says_what_to_do_about_each():
    page = (ROOT / "docs" / "how-to" / "monitor.md").read_text()
    assert re.findall(r"^\| `(Wire\w+)`", page, re.M) == [rule["alert"] for rule in RULES]


class TestTheBoardOfGrafana:
    """It is made of the description of Kibana's dashboard for operators."""

    def test_it_is_what_grafanas_own_model_reads_and_writes(self):
        read = Dashboard.from_json(BOARD)
        assert json.loads(JSONEncoder(sort_keys=True).encode(read))["title"] == BOARD["title"]
        assert lacking(json.loads(JSONEncoder().encode(read)), BOARD) == []

    def test_every_expression_is_prometheus_and_asks_for_metrics_that_are_served(self, served, tmp_path):
        promtool = shutil.which("promtool") or without("promtool", "prometheus")
        rules = [{"record": f"r{number}", "expr": expression} for number, expression in enumerate(EXPRESSIONS)]
        file = tmp_path / "rules.yaml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
        done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        for expression in EXPRESSIONS:
            names = set(re.findall(r"(?:wire|process)_\w+", expression)) - {"process_resident_memory_bytes"}
            assert names <= served

    def test_it_has_each_chart_of_metrics_that_prometheus_has(self):
        charts = {
            placed.panel.title
            for row in PIPELINE.rows
            for placed in row
            if isinstance(placed.panel, Number | OverTime | Pairs) and placed.panel.view == METRICS
        }
        assert charts <= {panel["title"] for panel in BOARD["panels"]}

    def test_its_panels_fill_their_rows_and_none_lies_on_another(self):
        taken: set[tuple[int, int]] = set()
        for panel in BOARD["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not cells & taken
            taken |= cells
        assert {x for x, _ in taken} == set(range(24))
        assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])

    def test_its_file_is_what_the_description_makes(self):
        assert (ROOT / "deploy" / "grafana" / "wire-pipeline.json").read_text() == grafana.text()


def lacking(read: Any, given: Any, at: str = "") -> list[str]:
    """Return where what was read lacks something that was given."""
    if isinstance(given, dict):
        if not isinstance(read, dict):
            return [at]
        return [each for name in given for each in lacking(read.get(name), given[name], f"{at}.{name}")]
    if isinstance(given, list):
        if not isinstance(read, list) or len(read) != len(given):
            return [at]
        return [
            each
            for number, pair in enumerate(zip(read, given, strict=True))
            for each in lacking(*pair, f"{at}[{number}]")
        ]
    return [] if read == given else [at]
