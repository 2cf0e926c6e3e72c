"""The alert rules for Prometheus: each fires on its case, uses metrics that exist, and is explained."""

import re
import shutil
import subprocess

import yaml
from prometheus_client import CollectorRegistry

from pipeline.feeds.feed_metrics import FeedMetrics
from pipeline.feeds.feed_state import FeedState
from pipeline.workers.runtime.metrics import WorkerMetrics
from tests.conftest import ROOT, without

RULES = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yaml").read_text())["groups"][0]["rules"]
CASES = ROOT / "tests" / "prometheus" / "rules.yaml"


def test_each_rule_fires_on_its_case_and_none_where_all_is_well():
    promtool = shutil.which("promtool") or without("promtool", "prometheus")
    done = subprocess.run([promtool, "test", "rules", CASES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_has_a_case_in_which_it_fires():
    tests = yaml.safe_load(CASES.read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    assert fired == {rule["alert"] for rule in RULES}


def test_each_rule_asks_for_metrics_that_are_served(tmp_path):
    feeds = CollectorRegistry()
    feeds.register(FeedMetrics((), FeedState(tmp_path / "feeds.sqlite")))
    served = {
        name
        for registry in (WorkerMetrics("index").registry, feeds)
        for family in registry.collect()
        for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")
    }
    for rule in RULES:
        assert set(re.findall(r"wire_\w+", rule["expr"])) <= served, rule["alert"]


def test_the_how_to_page_says_what_to_do_about_each():
    page = (ROOT / "docs" / "how-to" / "monitor.md").read_text()
    assert re.findall(r"^\| `(Wire\w+)`", page, re.M) == [rule["alert"] for rule in RULES]
