"""The dashboards: for the newsroom, for work with quotes and events, and for operators."""

from pipeline.documents.event import EVENT
from pipeline.documents.kind import Kind
from pipeline.documents.kinds import KINDS
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.kibana.contents import (
    COUNT,
    Control,
    Dashboard,
    HeatMap,
    Listing,
    Metric,
    Number,
    OverTime,
    Pairs,
    Placed,
    Top,
    View,
    WorldMap,
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
ARRIVALS = View("wire-arrivals", "wire: stories by arrival", "wire-stories-*", "trace.indexed", _PAGES[STORY])
"""The stories at the time when they were written to the index; the agencies' own times may be of any year."""
VERSIONS = View("wire-records", "wire: versions of stories", "wire-desk", "versioncreated", {"uri": _STORY})
MATCHES = View("wire-matches", "wire: matches of alerts", "wire-matches-*", "at", {"uri": _STORY})
METRICS = View("wire-metrics", "wire: metrics of the processes", "wire-metrics-*", "@timestamp")
VIEWS = (*map(_view, KINDS), ARRIVALS, VERSIONS, MATCHES, METRICS)


def _increase(title: str, label: str, field: str) -> OverTime:
    """Return how much of something all processes of a stage counted, over time."""
    return OverTime(title, METRICS, (Metric(label, "sum", f"increase.{field}"),), "stage", "bar_stacked")


_NEWS = f"not signal: ({' or '.join(NO_STORY)})"
_LONGER = "If a panel is empty, choose a longer time at the top right."
_ABOUT = (
    Control("Source", STORIES, "source.name"),
    Control("Language", STORIES, "language"),
    Control("Urgency", STORIES, "urgency"),
    Control("Topic", STORIES, "topics"),
    Control("Person", STORIES, "people"),
)


def _of_story(view: View) -> tuple[Control, ...]:
    """Return the same choices for documents that say of their story what it says of itself."""
    return tuple(Control(each.title, view, f"story.{each.field}") for each in _ABOUT)


NEWSROOM = Dashboard(
    id="wire-newsroom",
    title="wire: Newsroom",
    description="Incoming stories: their sources, and whom and what they are about.",
    guide="What comes in, from whom, and whom and what it is about. A name, a story or a storyline in a table opens "
    f"its page. {_LONGER}",
    controls=_ABOUT,
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
            Placed(Top("Rising people", STORIES, "people", 12, rising=True), 12, 14),
            Placed(Top("Rising names of other kinds", STORIES, "salient", 12, rising=True), 12, 14),
            Placed(
                Pairs(
                    "Largest storylines",
                    STORIES,
                    ("storyline",),
                    12,
                    (
                        COUNT,
                        Metric("sources", "unique_count", "source.name"),
                        Metric("latest headline", "last_value", "headline.line", type="string"),
                        Metric("latest story", "last_value", "uri", type="string"),
                    ),
                ),
                24,
                14,
            ),
        ),
        (
            Placed(Top("Top people", STORIES, "people", 15), 16, 15),
            Placed(Top("Top organizations", STORIES, "organizations", 15), 16, 15),
            Placed(Top("Top places", STORIES, "places", 15), 16, 15),
        ),
        (
            Placed(WorldMap("Places on a map", STORIES, "countries", "places_points"), 28, 18),
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
            Placed(OverTime("Events over time, by type", EVENTS, by="type", shape="bar_stacked"), 24, 12),
            Placed(
                OverTime(
                    "Corrections and kills",
                    VERSIONS,
                    (
                        Metric("changed", only="pubstatus: usable and revision > 1"),
                        Metric("killed", only="pubstatus: canceled"),
                    ),
                    shape="bar_stacked",
                ),
                24,
                12,
            ),
        ),
        (
            Placed(
                Pairs(
                    "Sources",
                    STORIES,
                    ("source.name",),
                    20,
                    (
                        COUNT,
                        Metric("last received", "max", "source.receivedat", type="date"),
                        Metric("urgent", only="urgency <= 3"),
                        Metric("copies", only="copyof: *"),
                    ),
                ),
                48,
                12,
            ),
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
    guide=f"Each quote with its speaker, cue and story. A speaker or a story opens its page. {_LONGER}",
    controls=(*_of_story(QUOTES)[:-1], Control("Speaker", QUOTES, "speaker.listed")),
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
    guide="Each mention of an event. One that several sources report is one event, and a click on it lists them; "
    f"confidence says how sure wire is. {_LONGER}",
    controls=(*_of_story(EVENTS)[:-1], Control("Type", EVENTS, "type")),
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
            Placed(WorldMap("Where", EVENTS, "place.country", "place.point"), 24, 18),
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
_PERCENTILES = tuple(
    Metric(f"p{part}", "percentile", "latency", unit="seconds", percentile=part) for part in (50, 95, 99)
)

PIPELINE = Dashboard(
    id="wire-pipeline",
    title="wire: Pipeline",
    description="For operators: throughput, latency, consumer lag, failures, feeds and alerts.",
    guide="Counts are what all processes counted in the time that you look at. A process, a feed or a stage whose last "
    "report is old is silent: look at its log. Lag that grows needs more workers. For dead letters run "
    "`wire dead list`, then `wire dead replay`.",
    controls=(Control("Stage", METRICS, "stage"), Control("Process", METRICS, "process")),
    since="now-6h",
    rows=(
        (
            Placed(Number("Events processed", METRICS, Metric("events", "sum", "increase.events")), 8, 6),
            Placed(Number("New dead letters", METRICS, Metric("dead letters", "sum", "increase.dead_letters")), 8, 6),
            Placed(Number("Stories indexed", ARRIVALS, Metric("stories")), 8, 6),
            Placed(Number("Receipt to index, p99", ARRIVALS, _PERCENTILES[-1]), 8, 6),
            Placed(
                Number("Processes", METRICS, Metric("processes", "unique_count", "process", only="resident_bytes: *")),
                8,
                6,
            ),
            Placed(
                Number("Free disk of Elasticsearch", METRICS, Metric("free", "last_value", "disk_free", unit="share")),
                8,
                6,
            ),
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
                        Metric("stopped", "last_value", "stopped", type="boolean"),
                        Metric("events/s", "last_value", "events_per_second"),
                        Metric("memory", "last_value", "resident_bytes", unit="bytes"),
                        Metric("dead letters", "sum", "increase.dead_letters"),
                    ),
                    "resident_bytes: *",
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
                    only="events: *",
                ),
                24,
                12,
            ),
            Placed(
                OverTime("Consumer lag", METRICS, (Metric("lag", "max", "lag"),), "stage", "area", "lag: *"), 24, 12
            ),
        ),
        (
            Placed(OverTime("Seconds from receipt to the index", ARRIVALS, _PERCENTILES), 28, 12),
            Placed(
                Pairs(
                    "Seconds to the index, by source and format",
                    ARRIVALS,
                    ("source.name", "source.format"),
                    10,
                    (COUNT, *_PERCENTILES),
                ),
                20,
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
                Pairs(
                    "Feeds now",
                    METRICS,
                    ("feed",),
                    30,
                    (
                        Metric("last report", "max", "@timestamp", type="date"),
                        Metric("items", "sum", "increase.items"),
                        Metric("silent for", "last_value", "silence", unit="seconds"),
                        Metric("usual interval", "last_value", "pace", unit="seconds"),
                        Metric("silent for too long", "last_value", "silent", type="boolean"),
                        Metric("failed polls in a row", "last_value", "failures"),
                    ),
                ),
                28,
                12,
            ),
            Placed(
                OverTime("Items received", METRICS, (Metric("items", "sum", "increase.items"),), "feed", "bar_stacked"),
                20,
                12,
            ),
        ),
        (
            Placed(OverTime("Matches of alerts", MATCHES, by="alert", shape="bar_stacked"), 24, 12),
            Placed(
                Pairs(
                    "Alerts",
                    MATCHES,
                    ("alert",),
                    30,
                    (
                        Metric("matches"),
                        Metric("repeated", only="kind: repeated"),
                        Metric("delivered", only="delivered: *"),
                        Metric("last match", "max", "at", type="date"),
                    ),
                ),
                24,
                12,
            ),
        ),
        (
            Placed(
                OverTime("Memory", METRICS, (Metric("memory", "max", "resident_bytes", unit="bytes"),), "stage"), 16, 12
            ),
            Placed(Top("Versions of stories", ARRIVALS, "version", 10), 16, 12),
            Placed(Top("Formats", ARRIVALS, "source.format", 15), 16, 12),
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
