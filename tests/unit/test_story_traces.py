"""The way of an indexed story, as a collector of OpenTelemetry receives it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pipeline.ops.story_traces import exporting

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def collector() -> Iterator[tuple[str, "Queue[ExportTraceServiceRequest]"]]:
    received: Queue[ExportTraceServiceRequest] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", received
    server.shutdown()


def test_a_story_is_a_trace_with_a_span_for_each_topic(collector, monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    address, received = collector
    topics = ("raw", "stories", "edited", "annotated", "indexed")
    exporting(address)("urn:a", 2, {name: NOON + timedelta(seconds=n) for n, name in enumerate(topics)})
    (resource,) = received.get(timeout=30).resource_spans
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert set(spans) == {"story", "raw", "stories", "edited", "annotated"}
    story = spans.pop("story")
    assert (story.end_time_unix_nano - story.start_time_unix_nano) / 1e9 == 4
    assert {each.key: each.value.string_value or each.value.int_value for each in story.attributes} == {
        "story.uri": "urn:a",
        "story.version": 2,
    }
    for span in spans.values():
        assert (span.trace_id, span.parent_span_id) == (story.trace_id, story.span_id)
        assert span.end_time_unix_nano - span.start_time_unix_nano == 1_000_000_000
