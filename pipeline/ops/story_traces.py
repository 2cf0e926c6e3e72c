"""Export the way of each indexed story to OpenTelemetry: a span for the story, and one for its time on each topic."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise

Traced = Callable[[str, int, Mapping[str, datetime]], None]
"""Takes a story's uri, its version, and when it was on each topic and indexed."""


def exporting(endpoint: str) -> Traced:
    """Return what sends traces to a collector over HTTP; one that is away costs nothing but a line in the log."""
    # The library is slow to import, and few installations have a collector.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.trace import set_span_in_context  # noqa: PLC0415

    # A worker that stops does not wait for a collector that is away.
    provider = TracerProvider(resource=Resource.create({"service.name": "wire"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    tracer = provider.get_tracer("wire")

    def record(uri: str, version: int, moments: Mapping[str, datetime]) -> None:
        stops = sorted(moments.items(), key=lambda stop: stop[1])
        about: dict[str, str | int] = {"story.uri": uri, "story.version": version}
        story = tracer.start_span("story", start_time=_nanoseconds(stops[0][1]), attributes=about)
        inside = set_span_in_context(story)
        for (topic, since), (_, until) in pairwise(stops):
            tracer.start_span(topic, inside, start_time=_nanoseconds(since)).end(_nanoseconds(until))
        story.end(_nanoseconds(stops[-1][1]))

    return record


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
