"""The dashboards: for the newsroom, for work with quotes and events, and for operators."""

from pipeline.documents.event import EVENT
from pipeline.documents.kind import Kind
from pipeline.documents.kinds import KINDS
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.kibana.contents import (
    Dashboard,
    HeatMap,
    Listing,
    Metric,
    Number,
    OverTime,
    Pairs,
    Placed,
    PointMap,
    Top,
    View,
)
from pipeline.story import NO_STORY

_STORY, _NAME, _EVENT = "/story?uri={{value}}", "/name?name={{value}}", "/event?id={{value}}"
_PAGES = {
    STORY: {"uri": _STORY, **dict.fromkeys(("people", "organizations", "places"), _NAME)},
    QUOTE: {"story.uri": _STORY, **dict.fromkeys(("speaker.name", "speaker.listed", "about"), _NAME)},
    EVENT: {"story.uri": _STORY, "event": _EVENT, **dict.fromkeys(("actors.name", "recipients.name"), _NAME)},
}


def _view(kind: Kind) -> View:
    return View(f"wire-{kind.alias}", f"wire: {kind.alias}", f"wire-{kind.alias}-*", kind.time, _PAGES[kind])


STORIES, QUOTES, EVENTS = map(_view, (STORY, QUOTE, EVENT))
METRICS = View("wire-metrics", "wire: metrics of the processes", "wire-metrics-*", "@timestamp")
VIEWS = (*map(_view, KINDS), METRICS)


def _increase(title: str, label: str, field: str) -> OverTime:
    """Return how much of something all processes of a stage counted, over time."""
    return OverTime(title, METRICS, (Metric(label, "sum", f"increase.{field}"),), "stage", "bar_stacked")


_NEWS = f"not signal: ({' or '.join(NO_STORY)})"

NEWSROOM = Dashboard(
    id="wire-newsroom",
    title="wire: Newsroom",
    description="Incoming stories: their sources, and whom and what they are about.",
    rows=(
        (
            Placed(Number("Stories", STORIES, Metric("stories", only=_NEWS)), 8, 6),
            Placed(Number("Sources", STORIES, Metric("sources", "unique_count", "source.name")), 8, 6),
            Placed(Number("Storylines", STORIES, Metric("storylines", "unique_count", "storyline")), 8, 6),
            Placed(Number("People", STORIES, Metric("people", "unique_count", "people")), 8, 6),
            Placed(Number("Quotes", QUOTES, Metric("quotes")), 8, 6),
            Placed(Number("Urgent", STORIES, Metric("urgent", only="urgency <= 3")), 8, 6),
        ),
        (Placed(OverTime("Stories over time, by source", STORIES, by="source.name", shape="bar_stacked"), 48, 11),),
        (
            Placed(Top("Top people", STORIES, "people", 15), 16, 15),
            Placed(Top("Top organizations", STORIES, "organizations", 15), 16, 15),
            Placed(Top("Top places", STORIES, "places", 15), 16, 15),
        ),
        (
            Placed(PointMap("Places on a map", STORIES, "places_points"), 28, 18),
            Placed(Top("Top speakers", QUOTES, "speaker.listed", 15), 20, 18),
        ),
        (
            Placed(Top("Topics", STORIES, "topics", 17), 16, 14),
            Placed(Top("Countries they are about", STORIES, "focus.country", 15), 16, 14),
            Placed(Top("Whom they are about", STORIES, "salient", 15), 16, 14),
        ),
        (
            Placed(Top("Tags", STORIES, "keyword", 20), 16, 14),
            Placed(Top("Subjects", STORIES, "subject.name", 15), 16, 14),
            Placed(Top("Languages", STORIES, "language", 8), 8, 14),
            Placed(Top("Urgency", STORIES, "urgency", 9), 8, 14),
        ),
        (
            Placed(
                Listing(
                    "wire-latest-quotes",
                    "wire: latest quotes",
                    QUOTES,
                    ("speaker.name", "text", "story.headline", "story.source.name", "story.uri"),
                ),
                48,
                16,
            ),
        ),
        (
            Placed(
                Listing(
                    "wire-latest-stories",
                    "wire: latest stories",
                    STORIES,
                    ("headline", "source.name", "urgency", "people", "places", "uri"),
                    _NEWS,
                ),
                48,
                16,
            ),
        ),
    ),
)

QUOTES_DESK = Dashboard(
    id="wire-said",
    title="wire: Quotes",
    description="Who said what, about whom.",
    rows=(
        (
            Placed(Number("Quotes", QUOTES), 12, 6),
            Placed(Number("Speakers", QUOTES, Metric("speakers", "unique_count", "speaker.listed")), 12, 6),
            Placed(Number("Named in quotes", QUOTES, Metric("named in quotes", "unique_count", "about")), 12, 6),
            Placed(Number("Unknown speaker", QUOTES, Metric("unknown speaker", only="not speaker.name: *")), 12, 6),
        ),
        (Placed(OverTime("Quotes over time, by kind", QUOTES, by="kind", shape="bar_stacked"), 48, 10),),
        (
            Placed(Top("Who speaks", QUOTES, "speaker.listed", 20), 16, 18),
            Placed(Top("Who is spoken about", QUOTES, "about", 20), 16, 18),
            Placed(Top("Cues", QUOTES, "cue.text", 20), 16, 18),
        ),
        (Placed(Pairs("Who speaks about whom", QUOTES, ("speaker.listed", "about"), 20), 48, 18),),
        (Placed(Pairs("Most quoted words", QUOTES, ("wording", "speaker.listed", "story.source.name"), 20), 48, 18),),
        (
            Placed(
                Listing(
                    "wire-who-said-what",
                    "wire: who said what about whom",
                    QUOTES,
                    ("speaker.name", "about", "kind", "text", "story.headline", "story.uri"),
                ),
                48,
                20,
            ),
        ),
    ),
)

EVENTS_DESK = Dashboard(
    id="wire-happened",
    title="wire: Events",
    description="Who did what to whom, when and where.",
    rows=(
        (
            Placed(Number("Event mentions", EVENTS), 12, 6),
            Placed(Number("Events", EVENTS, Metric("events", "unique_count", "event")), 12, 6),
            Placed(Number("Highest toll", EVENTS, Metric("killed", "max", "dead")), 12, 6),
            Placed(Number("Claims", EVENTS, Metric("told in a quote", only="quote: *")), 12, 6),
        ),
        (Placed(OverTime("Event mentions over time, by type", EVENTS, by="type", shape="bar_stacked"), 48, 11),),
        (
            Placed(Top("Types", EVENTS, "type", 16), 16, 16),
            Placed(Top("Modes", EVENTS, "mode", 16), 16, 16),
            Placed(Top("Status", EVENTS, "status", 5), 8, 16),
            Placed(Top("Quad class", EVENTS, "quad_class", 4), 8, 16),
        ),
        (
            Placed(HeatMap("Who to whom", EVENTS, ("actors.name", "recipients.name")), 24, 18),
            Placed(PointMap("Where", EVENTS, "place.point"), 24, 18),
        ),
        (
            Placed(
                OverTime("Tolls", EVENTS, (Metric("killed", "max", "dead"), Metric("injured", "max", "injured"))),
                24,
                12,
            ),
            Placed(Top("Countries", EVENTS, "place.country", 12), 24, 12),
        ),
        (
            Placed(
                Listing(
                    "wire-latest-events",
                    "wire: latest events",
                    EVENTS,
                    ("clause", "type", "status", "date.value", "confidence", "story.headline", "story.uri"),
                ),
                48,
                18,
            ),
        ),
    ),
)

_REPORTED = Metric("last report", "max", "@timestamp", type="date")

PIPELINE = Dashboard(
    id="wire-pipeline",
    title="wire: Pipeline",
    description="Throughput, latency, consumer lag and failures of the pipeline.",
    since="now-6h",
    rows=(
        (
            Placed(Number("Events processed", METRICS, Metric("events", "sum", "increase.events")), 12, 6),
            Placed(Number("New dead letters", METRICS, Metric("dead letters", "sum", "increase.dead_letters")), 12, 6),
            Placed(Number("Highest p99 latency", METRICS, Metric("seconds", "max", "story_seconds.p99")), 12, 6),
            Placed(Number("Processes", METRICS, Metric("processes", "unique_count", "process")), 12, 6),
        ),
        (
            Placed(
                Pairs(
                    "Stages now",
                    METRICS,
                    ("stage",),
                    20,
                    (
                        _REPORTED,
                        Metric("lag", "last_value", "lag"),
                        Metric("waits for", "last_value", "waiting", type="string"),
                    ),
                ),
                20,
                14,
            ),
            Placed(
                Pairs(
                    "Processes now",
                    METRICS,
                    ("stage", "process"),
                    20,
                    (
                        _REPORTED,
                        Metric("events/s", "last_value", "events_per_second"),
                        Metric("memory", "last_value", "resident_bytes", unit="bytes"),
                        Metric("dead letters", "sum", "increase.dead_letters"),
                    ),
                ),
                28,
                14,
            ),
        ),
        (
            Placed(
                OverTime(
                    "Events per second",
                    METRICS,
                    (Metric("events/s", "sum", "increase.events", per_second=True),),
                    "stage",
                ),
                24,
                12,
            ),
            Placed(OverTime("Consumer lag", METRICS, (Metric("lag", "max", "lag"),), "stage", "area"), 24, 12),
        ),
        (
            Placed(
                OverTime(
                    "Seconds from ingestion to the index",
                    METRICS,
                    tuple(Metric(name, "max", f"story_seconds.{name}") for name in ("p50", "p95", "p99")),
                    only="stage: index",
                ),
                48,
                12,
            ),
        ),
        (
            Placed(_increase("Dead letters", "dead letters", "dead_letters"), 16, 12),
            Placed(_increase("Attempts that found a server unavailable", "attempts", "waits"), 16, 12),
            Placed(_increase("Rebalances", "rebalances", "rebalances"), 16, 12),
        ),
        (
            Placed(
                OverTime("Memory", METRICS, (Metric("memory", "max", "resident_bytes", unit="bytes"),), "stage"), 16, 12
            ),
            Placed(Top("Versions of stories", STORIES, "version", 10), 16, 12),
            Placed(Top("Formats", STORIES, "source.format", 15), 16, 12),
        ),
        (
            Placed(
                Listing(
                    "wire-figures",
                    "wire: process metrics",
                    METRICS,
                    ("stage", "process", "lag", "events_per_second", "waiting"),
                ),
                48,
                14,
            ),
        ),
    ),
)

DASHBOARDS = (NEWSROOM, QUOTES_DESK, EVENTS_DESK, PIPELINE)
