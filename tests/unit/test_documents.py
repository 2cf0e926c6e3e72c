"""From an AnnotatedStory to the writes on the indices."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.annotations import (
    Annotations,
    Entity,
    EntityMention,
    EventDate,
    EventMention,
    EventPlace,
    Participant,
    Place,
    Quote,
    Span,
    Speaker,
)
from pipeline.desk.version_rules import decide
from pipeline.documents.entity_forms import unnamed_kind
from pipeline.documents.event import EVENT
from pipeline.documents.kinds import KINDS
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.identity.lesson import Lesson
from pipeline.identity.registry import Registry
from pipeline.index.actions import actions, first_version, stale_deletes
from pipeline.index.templates import index_of, templates
from pipeline.ops.index_setup import INDICES
from pipeline.search.filters import FILTERS, facets_of
from pipeline.settings import Elasticsearch
from pipeline.story import story_id
from tests.conftest import NOON, make_story

BODY = "“Go,” said Ann Lee in Lima."


def annotated(quotes: int = 1, **fields):
    entities = (
        Entity(
            id="e1",
            name="Ann Lee",
            type="PERSON",
            aliases=(),
            mentions=(EntityMention(start=11, end=18, text="Ann Lee"),),
        ),
        Entity(
            id="e2",
            name="Lima",
            key="lima, pe",
            type="GPE",
            aliases=(),
            mentions=(EntityMention(start=22, end=26, text="Lima"),),
            place=Place(geonameid=3936456, country="PE", lat=-12.04, lon=-77.03),
        ),
    )
    speaker = Speaker(start=11, end=18, text="Ann Lee", entity="e1", name="Ann Lee")
    said = [
        Quote(
            id=f"q{n}",
            kind="direct",
            confidence=1,
            start=1,
            end=4,
            text="Go,",
            quoted=(Span(start=1, end=4),),
            speaker=speaker,
        )
        for n in range(1, quotes + 1)
    ]
    return make_story(body=BODY, **fields).annotated(Annotations(entities=entities, quotes=tuple(said)))


def actions_of(story, known_quotes=0, revision=5):
    return actions(story, first_version(revision), {"quotes": known_quotes})


def test_names_stand_flat_beside_the_nested_mentions():
    document = actions_of(annotated())[0].document
    assert (document["people_keys"], document["places_keys"]) == (["ann lee"], ["lima, pe"])
    assert (document["people"], document["places"], document["organizations"]) == (["Ann Lee"], ["Lima"], [])
    assert document["speakers"] == ["Ann Lee"]
    assert document["entities"][0]["mentions"] == [{"start": 11, "end": 18, "text": "Ann Lee"}]


def test_lists_have_the_usual_name_and_searches_find_the_story_s_own_too():
    mentions = (EntityMention(start=0, end=2, text="US"),)
    entity = Entity(
        id="e1", name="US", usual="United States", key="united states", type="GPE", aliases=("U.S.",), mentions=mentions
    )
    document = actions_of(annotated(quotes=0).model_copy(update={"entities": (entity,)}))[0].document
    assert (document["places"], document["places_forms"]) == (["United States"], ["US", "U.S."])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a senior police official", "police"),
        ("the report", "document"),
        ("two government officials", "official"),
        ("analysts", "analyst"),
        ("residents of the ministry's quarter", "witness"),
        ("it", "other"),
    ],
)
def test_an_unnamed_source_has_a_kind(text, kind):
    assert unnamed_kind(text) == kind


def test_a_speaker_without_a_name_stays_out_of_the_lists():
    nobody = Speaker(start=11, end=18, text="the report", name="the report")
    quote = annotated().quotes[0].model_copy(update={"speaker": nobody})
    story, document = actions_of(annotated(quotes=0).model_copy(update={"quotes": (quote,)}))
    assert story.document["speakers"] == []
    assert document.document["speaker"]["unnamed"] == "document"
    assert "listed" not in document.document["speaker"]


def test_ids_depend_on_the_uri_alone():
    first, second = actions_of(annotated(version=1)), actions_of(annotated(version=2, headline="Other"), revision=6)
    assert [a.id for a in first] == [a.id for a in second] == [story_id("urn:test:1"), QUOTE.id("urn:test:1", 1)]
    assert {a.version for a in second} == {first_version(6)}


def test_an_index_holds_a_month():
    assert index_of("stories", datetime(2024, 5, 31, 23, 59, tzinfo=UTC)) == "wire-stories-2024.05"


def test_stories_of_strange_dates_share_an_index_a_decade():
    """Each month would be an index of each kind, of which a server accepts a thousand."""
    months = [datetime(year, month, 1, tzinfo=UTC) for year in range(1930, 2024) for month in range(1, 13)]
    assert index_of("stories", months[0]) == "wire-stories-1930s"
    assert len({index_of("stories", month) for month in months}) == 9 + 12 * 4


def test_a_quote_carries_what_a_dashboard_needs_of_its_story():
    quote = actions_of(annotated(headline="H", urgency=3))[1].document
    assert quote["speaker"]["name"] == "Ann Lee"
    assert quote["story"]["headline"] == "H"
    assert quote["story"]["places"] == ["Lima"]


def test_a_version_with_fewer_quotes_removes_the_surplus():
    todo = actions_of(annotated(quotes=1), known_quotes=3)
    assert [(a.id, a.document is None) for a in todo[1:]] == [
        (QUOTE.id("urn:test:1", 1), False),
        (QUOTE.id("urn:test:1", 2), True),
        (QUOTE.id("urn:test:1", 3), True),
    ]


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_a_killed_story_leaves_with_all_its_quotes(status):
    todo = actions_of(annotated(quotes=0, pubstatus=status), known_quotes=2)
    assert [a.document for a in todo] == [None] * 3


def test_every_field_of_a_document_is_in_the_strict_mapping():
    story, quote = (a.document for a in actions_of(annotated(headline="H", keyword=("k",), ednote="n", extra={"x": 1})))
    assert set(story) <= set(STORY.mapping)
    assert set(quote) <= set(QUOTE.mapping)
    assert set(quote["story"]) <= set(QUOTE.mapping["story"]["properties"])


def is_mapped(mapping, field: str) -> bool:
    name, _, rest = field.partition(".")
    about = mapping.get(name, {})
    if rest and about.get("type") != "geo_point":
        return is_mapped(about.get("properties", {}), rest)
    return bool(about)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_field_that_is_searched_sorted_counted_or_exported_is_in_the_mapping(kind):
    words = [field.partition("^")[0].removesuffix(".text") for field in kind.words]
    filtered = [field for row in FILTERS.values() for field in row.fields.get(kind, ())]
    columns = [field for field in kind.columns.values() if field != "key"]
    fields = [*words, *filtered, *columns, *facets_of(kind).values(), *kind.ties, kind.same, kind.time, kind.histogram]
    assert [field for field in fields if not is_mapped(kind.mapping, field)] == []


def test_a_row_of_a_table_has_several_values_as_a_list_and_nothing_where_a_field_is_missing():
    row = dict(zip(QUOTE.columns, QUOTE.row(actions_of(annotated())[1].document), strict=True))
    assert (row["uri"], row["id"], row["speaker"], row["about"]) == ("urn:test:1", "q1", "Ann Lee", [])
    assert row["headline"] == ""


def test_mappings_are_strict():
    assert all(t["template"]["mappings"]["dynamic"] == "strict" for t in templates(INDICES, Elasticsearch()).values())


def test_a_removal_outranks_what_was_written_with_its_revision_and_nothing_newer():
    (removed,) = stale_deletes(annotated(), 3, {"quotes": 1})
    written, newer = actions_of(annotated(), revision=3)[1], actions_of(annotated(), revision=4)[1]
    assert removed.id == written.id == newer.id
    assert written.version < removed.version < newer.version


def test_as_many_quotes_are_taken_back_as_an_overtaken_version_may_have_written():
    removed = stale_deletes(annotated(quotes=1), 3, {"quotes": 2})
    assert [(each.id, each.document) for each in removed] == [
        (QUOTE.id("urn:test:1", 1), None),
        (QUOTE.id("urn:test:1", 2), None),
    ]


def test_the_history_of_a_document_ends_with_the_version_it_shows():
    waiting = make_story(version=2, headline="Not yet", embargoed=NOON + timedelta(hours=1))
    record = None
    for story in (make_story(headline="Before"), make_story(version=1, headline="Shown", versioncreated=NOON), waiting):
        record = decide(story, record, NOON, "wire.stories/0/1").record
    assert "Not yet" not in str(actions(annotated(), 1, record=record)[0].document)


def test_templates_of_an_installation_have_its_prefix_and_match_no_other_s_indices():
    ours, others = templates(INDICES, Elasticsearch(prefix="desk2-")), templates(INDICES, Elasticsearch())
    assert set(ours) == {f"desk2-{name}" for name in others}
    patterns = [pattern for template in ours.values() for pattern in template["index_patterns"]]
    assert all(pattern.startswith("desk2-wire-") for pattern in patterns)
    aliases = [alias for template in ours.values() for alias in template["template"].get("aliases", ())]
    assert aliases == [f"desk2-{name}" for name in ("stories", "quotes", "events", "metrics", "matches")]


class TestEvents:
    def event(self, **fields) -> EventMention:
        somebody = Participant(start=0, end=7, text="Ann Lee", entity="e1", name="Ann Lee")
        plain = {"id": "v1", "start": 8, "end": 11, "text": "met", "predicate": "meet", "status": "happened"}
        plain |= {"type": "CONSULT", "clause": "Ann Lee met somebody", "confidence": 0.9}
        return EventMention(**plain | {"actors": (somebody,), "recipients": ()} | fields)

    def document(self, *events: EventMention) -> dict:
        story = annotated(quotes=1)
        found = actions_of(story.model_copy(update={"events": events}))
        (document,) = [each.document for each in found if each.index.startswith("wire-events-") and each.document]
        return document

    def test_have_ids_of_their_own_beside_the_quotes(self):
        assert EVENT.id("urn:a", 1) != QUOTE.id("urn:a", 1)

    def test_carry_the_keys_of_who_takes_part_and_the_quad_class(self):
        document = self.document(self.event(type="CONSULT"))
        assert document["actors"][0]["key"]
        assert document["quad_class"] == "verbal cooperation"
        assert document["story"]["uri"] == "urn:test:1"

    @pytest.mark.parametrize(
        ("value", "day"),
        [
            ("2024-05-16", "2024-05-16"),
            ("2024-05", "2024-05-01"),
            ("2024", "2024-01-01"),
            ("2024-05-16TEV", "2024-05-16"),
            ("2024-W20", None),
            ("199", None),
            ("PAST_REF", None),
        ],
    )
    def test_are_counted_by_the_first_day_of_their_date(self, value, day):
        document = self.document(self.event(date=EventDate(value=value, stated=False)))
        assert document["date"].get("day") == day

    def test_inside_a_quote_are_claims_of_its_speaker(self):
        document = self.document(self.event(quote="q1"))
        assert document["claimed_by"] == "Ann Lee"
        assert EVENT.entry(document)[0].endswith("(according to Ann Lee)")

    def test_have_the_point_of_their_place(self):
        place = EventPlace(stated=False, name="Lima")
        assert self.document(self.event(place=place))["place"]["country"] == "PE"

    def test_have_only_fields_of_the_strict_mapping(self):
        place = EventPlace(stated=False, name="Lima")
        numbers = {"dead": 1, "injured": 2, "size": 3, "mode": "visit", "quote": "q1"}
        date = EventDate(value="2024", stated=True, start=0, end=1, text="x")
        document = self.document(self.event(type="CONSULT", place=place, date=date, **numbers))
        assert set(document) <= set(EVENT.mapping)
        for field in ("actors", "date", "place"):
            inner = document[field][0] if field == "actors" else document[field]
            assert set(inner) <= set(EVENT.mapping[field]["properties"])

    def test_name_who_takes_part_as_lists_have_them(self):
        lesson = Lesson({("PERSON", "ann lee"): ("PERSON", "anna lee")}, {("PERSON", "anna lee"): "Anna Lee"})
        registry = Registry({"lee": lesson})
        story = annotated(quotes=1).model_copy(update={"events": (self.event(),)})
        found = actions(story, 3, registry=registry)
        (document,) = [each.document for each in found if each.index.startswith("wire-events-") and each.document]
        assert (document["actors"][0]["name"], document["actors"][0]["text"]) == ("Anna Lee", "Ann Lee")

    def test_a_capital_that_acts_is_its_country_and_one_that_suffers_the_city(self):
        place = Place(geonameid=98182, country="IQ", lat=33.3, lon=44.4)
        city = Entity(id="e1", name="Baghdad", key="baghdad, iq", type="GPE", aliases=(), mentions=(), place=place)
        side = Participant(start=0, end=7, text="Baghdad", entity="e1", name="Baghdad")
        story = annotated(quotes=0).model_copy(
            update={"entities": (city,), "quotes": (), "events": (self.event(actors=(side,), recipients=(side,)),)}
        )
        (document,) = [each.document for each in actions_of(story) if each.index.startswith("wire-events-")]
        assert (document["actors"][0]["name"], document["actors"][0]["key"]) == ("Iraq", "iraq")
        assert (document["recipients"][0]["name"], document["recipients"][0]["key"]) == ("Baghdad", "baghdad, iq")

    def test_leave_with_a_killed_story(self):
        todo = actions(annotated(quotes=0, pubstatus="canceled"), 5, {"events": 2})
        assert [(each.id, each.document) for each in todo[1:]] == [
            (EVENT.id("urn:test:1", 1), None),
            (EVENT.id("urn:test:1", 2), None),
        ]
