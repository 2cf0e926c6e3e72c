"""The API against its OpenAPI description with generated input: it answers as described and never fails."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.whole.conftest import Wire

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = [
    ("GET", f"/api/v1/{name}")
    for name in (
        "search", "stories", "quotes", "events", "events/reported", "event", "report",
        "story", "story/source", "alike", "entities", "completions", "roles", "speakers", "named-with", "rising",
        "export/ndjson", "export/csv", "export/geojson", "export/rss", "export/atom", "live", "status",
        "status/history", "dead", "alerts",
        "alerts/{name}/atom", "matches", "utterances", "utterance", "identities", "identities/corrections",
    )
] + [
    ("POST", path)
    for path in (
        "/api/v1/dead/{id}/replay", "/api/v1/dead/{id}/drop", "/api/v1/story/separate", "/api/v1/story/join",
        "/api/v1/identities/corrections", "/ingest",
    )
]  # fmt: skip
ENDLESS = ("GET", "/api/v1/live")


@pytest.fixture(scope="module")
def operations(wire: Wire) -> dict[tuple[str, str], Any]:
    schema = schemathesis.openapi.from_url(f"{wire.address}/openapi.json")
    found = (result.ok() for result in schema.get_all_operations())
    return {(operation.method.upper(), operation.path): operation for operation in found}


def test_the_description_names_every_operation(operations):
    assert set(operations) == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each != ENDLESS])
def test_any_input_is_answered_as_described(operations, method, path):
    @given(case=operations[method, path].as_strategy())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def answered(case: Case) -> None:
        case.call_and_validate(checks=CHECKS, timeout=30)

    answered()
