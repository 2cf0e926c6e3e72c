"""What stories are about: topics, the country they take place in, whom they are about, and the names of headlines."""

import pytest

from pipeline.annotations import Annotations
from pipeline.documents.story import story_document
from pipeline.errors import ConfigurationError
from pipeline.knowledge.media_topics import TOP, top_concept
from pipeline.languages.contract import AnnotationInput
from pipeline.search.countries import codes_of, country_name, country_or_region
from pipeline.search.filters import FILTERS
from pipeline.subject import Subject
from pipeline.web.world_map import Marked, world_map
from tests.conftest import make_story

QUAKE = """An earthquake shook the island of Sulawesi on Monday, killing at least twelve people, officials said.
Rescue teams searched collapsed houses in Palu, Indonesia. Governor Ann Lee said hospitals were full.
The quake was felt in Malaysia, where nobody was hurt. Ann Lee asked for tents and water."""
MATCH = """Ajax beat Feyenoord 3-1 on Sunday to go top of the league. The striker scored twice in the second half.
The coach praised his midfielders and said the next match would decide the championship."""


@pytest.fixture
def annotated(english):
    def annotated(body: str, headline: str = "", located: str = "") -> Annotations:
        (found,) = english.annotate([AnnotationInput(body, located, headline=headline)])
        return found

    return annotated


class TestTopics:
    @pytest.mark.parametrize(
        ("body", "topic"), [(QUAKE, "disaster, accident and emergency incident"), (MATCH, "sport")]
    )
    def test_the_first_is_what_the_words_are_about(self, annotated, body, topic):
        first, *others = annotated(body).subject
        assert (first.name, first.creator) == (topic, "wire")
        assert all(0 < each.confidence <= first.confidence for each in others)

    def test_nothing_has_none(self, annotated):
        assert annotated("").subject == ()

    def test_they_stand_after_the_senders_own(self, annotated):
        sent = Subject(code="15054000", name="soccer")
        story = make_story(body=MATCH, subject=(sent,)).annotated(annotated(MATCH))
        assert story.subject[0] == sent
        assert [each.creator for each in story.subject] == [None, "wire"]
        assert story_document(story)["topics"] == ["sport"]

    @pytest.mark.parametrize(
        ("code", "name", "concept"),
        [
            ("medtop:20000822", None, "sport"),
            ("subj:04000000", None, "economy, business and finance"),
            ("01011007", "hip-hop", "arts, culture, entertainment and media"),
            (None, "Weather", "weather"),
            (None, "Business", "economy, business and finance"),
        ],
    )
    def test_a_sender_s_subject_belongs_to_a_top_concept(self, code, name, concept):
        assert top_concept(code, name).name == concept

    def test_or_to_none(self):
        assert top_concept("X1", "Page one") is None

    def test_a_filter_takes_its_first_words(self):
        assert FILTERS["topic"].values.read("Disaster") == "disaster, accident and emergency incident"
        with pytest.raises(ConfigurationError, match="the topics are arts"):
            FILTERS["topic"].values.read("s")
        assert len(TOP) == 17


class TestFocus:
    def test_is_the_country_of_the_lead_with_the_town_that_matters_most(self, annotated):
        focus = annotated(QUAKE, located="JAKARTA").focus
        assert (focus.country, focus.name) == ("ID", "Palu")
        assert 0.6 <= focus.confidence <= 1

    def test_is_left_out_where_no_country_is_named(self, annotated):
        assert annotated(MATCH).focus is None

    @pytest.mark.parametrize(("given", "read"), [("Thailand", "TH"), ("th", "TH"), ("asia", "Asia")])
    def test_a_filter_takes_names_codes_and_regions(self, given, read):
        assert country_or_region(given) == read

    def test_a_region_is_all_of_its_countries(self):
        assert {"TH", "JP", "IN"} <= set(codes_of("Asia"))
        assert codes_of("TH") == ["TH"]
        with pytest.raises(ConfigurationError, match="no country 'Quornland'"):
            country_or_region("Quornland")

    def test_what_has_no_name_is_shown_as_its_code(self):
        assert (country_name("TH"), country_name("QQ")) == ("Thailand", "QQ")


class TestSalience:
    def test_who_is_named_often_and_speaks_matters_more_than_who_is_mentioned(self, annotated):
        salience = {entity.name: entity.salience for entity in annotated(QUAKE).entities}
        assert salience["Ann Lee"] > 0.5 > salience["Malaysia"]

    def test_lists_have_those_that_matter_first(self, annotated):
        document = story_document(make_story(body=QUAKE).annotated(annotated(QUAKE)))
        assert document["salient"][0] == "Ann Lee"
        assert "Malaysia" not in document["salient"]
        assert {"ID", "MY"} <= set(document["countries"])


class TestHeadlines:
    def test_a_name_of_the_body_is_found_by_the_surname_too(self, annotated):
        found = annotated(QUAKE, "Lee asks for tents")
        (lee,) = [entity for entity in found.entities if entity.name == "Ann Lee"]
        assert [(each.text, each.start) for each in lee.mentions if each.field == "headline"] == [("Lee", 0)]
        assert all(QUAKE[each.start : each.end] == each.text for each in lee.in_body)

    def test_a_place_that_only_it_names_is_found(self, annotated):
        found = annotated("The ferry sank at night.", "Ferry sinks off Greece")
        assert [(each.name, each.place.country) for each in found.entities] == [("Greece", "GR")]
        assert found.entities[0].in_body == ()

    @pytest.mark.parametrize("headline", ["Gold Mine Collapse Traps Workers", "Ferry sinks by Ann Lee"])
    def test_other_words_and_the_writer_are_no_names(self, annotated, headline):
        assert annotated("The ferry sank at night.", headline).entities == ()

    def test_of_capitals_only_those_of_the_body_are_known(self, annotated):
        found = annotated(QUAKE, "SULAWESI QUAKE: ANN LEE ASKS FOR TENTS")
        named = {each.text for entity in found.entities for each in entity.mentions if each.field == "headline"}
        assert named == {"SULAWESI", "ANN LEE"}


class TestMap:
    LIMA = {"kind": "city", "precision": "city", "country": "PE", "lat": -12.0, "lon": -77.0}
    PERU = {"kind": "country", "precision": "country", "country": "PE", "lat": -9.0, "lon": -75.0}

    def test_a_town_is_a_point_and_a_country_is_shaded(self):
        shown = world_map([Marked("Lima", self.LIMA, "/x"), Marked("Peru", self.PERU)])
        assert [(point.name, point.x, point.y, point.link) for point in shown.points] == [("Lima", 206, 204, "/x")]
        assert [(area.code, area.name) for area in shown.areas] == [("PE", "Peru")]

    def test_a_country_too_small_to_draw_is_a_point(self):
        shown = world_map([Marked("Singapore", {"kind": "country", "precision": "country", "country": "SG"})])
        assert [point.name for point in shown.points] == ["Singapore"]
        assert shown.areas == []

    def test_it_shows_what_is_in_view(self):
        near = world_map([Marked("Lima", self.LIMA)])
        far = world_map(
            [Marked("Lima", self.LIMA), Marked("Tokyo", self.LIMA | {"country": "JP", "lat": 36, "lon": 139})]
        )
        assert float(near.view.split()[2]) < 200
        assert far.view.split()[2] == "720"

    def test_nothing_to_show_is_no_map(self):
        assert world_map([Marked("Black Sea", {"kind": "water", "precision": "water", "lat": 43, "lon": 34})]) is None
