"""One key for one thing: teams, organizations with several names, places."""

import pytest

from pipeline.knowledge.gazetteer import PlaceContext, gazetteer
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.knowledge.teams import folded, teams_of
from pipeline.languages.en.entities.contenders import contenders
from pipeline.languages.en.entities.entity_keys import key_of
from pipeline.languages.en.entities.recognised_names import Name
from pipeline.languages.en.entities.sports import sport_of

MATCH = "England beat Pakistan by 107 runs in the second one-day cricket international in England on Saturday."
NIGHT = (
    "Pedro Lara pitched a shutout and Juan Ortiz hit two home runs as Boston beat Detroit in the American League. "
    "The White Sox of Chicago lost to Seattle."
)


def named(text: str, **labels: str) -> list[Name]:
    """Return all occurrences of these names, with underscores for spaces, in order."""
    found = []
    for words, label in labels.items():
        name, start = words.replace("_", " "), 0
        while (start := text.find(name, start)) >= 0:
            found.append(Name(start, start + len(name), name, label))
            start += len(name)
    return sorted(found)


def keys(text: str, **labels: str) -> dict[str, list[str]]:
    """Return the teams found, with the words that name them."""
    found = contenders(text, sport_of(text), named(text, **labels))
    return {each.team.key: [name.text for name in each.names] for each in found}


class TestSurnames:
    """A club that is called like many people, and that the language model once takes for one of them."""

    TEXT = "SOCCER - Lyon beat Lens 1-0. Their striker scored the goal. Lyon play Nancy next."

    def clubs(self, *others: Name) -> int:
        one, two = named(self.TEXT, Lyon="ORG")
        found = contenders(self.TEXT, "football", sorted([one, two._replace(label="PERSON"), *others]))
        return sum(name.text == "Lyon" for each in found for name in each.names)

    def test_it_is_the_club_that_another_mention_is(self):
        assert self.clubs() == 2

    def test_it_stays_a_person_where_somebody_has_the_surname(self):
        assert self.clubs(Name(40, 54, "Sue Lyon", "PERSON")) == 1


class TestSports:
    @pytest.mark.parametrize(
        ("text", "sport"),
        [
            (MATCH, "cricket"),
            (NIGHT, "baseball"),
            ("SOCCER - Romania beat Lithuania.", "football"),
            ("TENNIS - Graf beat Seles in the semi-final of the U.S. Open. Goals were not the matter.", None),
            ("The striker missed the World Cup qualifier after the goalkeeper fell on him.", "football"),
            ("Sales in the third quarter beat those of the fourth quarter by two points.", None),
            ("The minister opened a basketball court. " + "Prices rose in all provinces of the country. " * 40, None),
        ],
    )
    def test_the_words_tell_the_sport(self, text, sport):
        assert sport_of(text) == sport

    def test_a_mention_in_passing_makes_no_report(self):
        text = "Prices rose again in all the provinces of the country last month. " * 30 + "He once played basketball."
        assert sport_of(text) is None


class TestTeams:
    def test_a_country_that_plays_is_its_team_and_where_it_plays_the_country(self):
        found = keys(MATCH, England="GPE", Pakistan="GPE")
        assert found == {"england (cricket)": ["England"], "pakistan (cricket)": ["Pakistan"]}

    def test_a_country_in_a_report_on_a_sport_where_none_plays_stays_a_country(self):
        text = "The football association of Ghana and its goalkeepers thanked the ministers of Italy and of France."
        assert keys(text, Ghana="GPE", Italy="GPE", France="GPE") == {}

    def test_a_city_is_its_club_by_the_league_of_the_others_and_by_nicknames(self):
        found = keys(NIGHT, Boston="GPE", Detroit="GPE", Seattle="GPE", White_Sox="ORG", Chicago="GPE")
        assert set(found) == {"boston red sox", "detroit tigers", "seattle mariners", "chicago white sox"}

    def test_two_teams_of_one_city_stay_open_where_nothing_tells(self):
        text = "Baseball: the pitchers were tired, and New York gave up six runs in the ninth inning."
        assert set(keys(text, New_York="GPE")) == {"new york (baseball)"}

    def test_a_table_s_heading_tells_the_league(self):
        text = "Major League baseball\nAMERICAN LEAGUE\nCHICAGO 5\nNATIONAL LEAGUE\nCHICAGO 3"
        assert set(keys(text, CHICAGO="GPE")) == {"chicago white sox", "chicago cubs"}

    def test_a_dateline_and_a_nationality_are_places(self):
        text = "BOSTON, Aug 30\nThe pitcher (Detroit) hit a home run in Seattle; the Boston-based shortstop struck out."
        assert keys(text, BOSTON="GPE", Boston="GPE", Detroit="GPE", Seattle="GPE") == {}

    def test_a_club_that_the_recogniser_missed_is_found_where_it_has_a_score(self):
        text = "English county cricket championship\nGlamorgan 259, Nottinghamshire 392-6 at stumps"
        assert set(keys(text)) == {"glamorgan (cricket)", "nottinghamshire (cricket)"}

    def test_a_surname_is_no_club(self):
        text = "Soccer: Derby beat Leeds, and striker Lincoln scored two goals for Derby County."
        assert "lincoln city (football)" not in keys(text, Lincoln="PERSON", Derby="ORG", Leeds="ORG")

    @pytest.mark.parametrize("sport", ["football", "cricket", "baseball", "ice-hockey", "rugby-union"])
    def test_every_club_is_found_by_each_of_its_names(self, sport):
        teams = teams_of(sport)
        for candidates in teams._named.values():
            for team in candidates:
                assert all(team in teams.candidates(name) for name in team.names)

    def test_the_form_of_a_club_makes_no_difference(self):
        assert folded("FC Internazionale") == folded("Internazionale")
        assert folded("FC") == "fc"


class TestOrganizations:
    @pytest.mark.parametrize("name", ["UN", "U.N.", "United Nations", "UNITED NATIONS"])
    def test_all_names_have_one_key(self, name):
        assert key_of(name, "ORG") == "united nations"

    def test_a_short_name_counts_only_as_written(self):
        assert known_organizations().usual("WHO") == "World Health Organization"
        assert known_organizations().usual("who") is None

    def test_no_name_means_two(self):
        lines = known_organizations()._usual
        assert all(lines[usual] == usual for usual in lines.values())

    def test_an_organization_labelled_as_a_place_is_one(self, annotate):
        body = "The U.N. said the convoy had left Goma. U.N. officials in Geneva welcomed it."
        found = {entity.key: entity.type for entity in annotate(body).entities}
        assert found["united nations"] == "ORG"


class TestPlaces:
    def test_a_city_s_own_name_counts_more_than_another_city_s_old_one(self):
        found = gazetteer().resolve("Philadelphia", PlaceContext(), PlaceContext())
        assert found.key == "philadelphia, us-pa"

    @pytest.mark.parametrize(("name", "key"), [("St Louis", "st. louis, us-mo"), ("Calif", "california, us-ca")])
    def test_abbreviations_need_no_period(self, name, key):
        assert gazetteer().resolve(name, PlaceContext(), PlaceContext()).key == key

    def test_a_province_has_one_key_with_and_without_the_word(self):
        assert key_of("Guangdong Province", "LOC") == key_of("Guangdong", "LOC")


class TestLines:
    def test_a_time_zone_is_no_organization(self, annotate):
        found = annotate("Shares fell in London at 1657 GMT. The bank said at 3 p.m. GMT that it would wait.").entities
        assert "GMT" not in {entity.name for entity in found}

    def test_the_west_bank_is_no_bank(self, annotate):
        body = "Israeli soldiers left the West Bank. West Bank towns, among them Jenin, say the West Bank is quiet."
        (found,) = [entity for entity in annotate(body).entities if entity.name == "West Bank"]
        assert found.type in ("GPE", "LOC")

    def test_an_event_named_after_a_country_is_no_country(self, annotate):
        found = annotate("Monica Seles beat Anke Huber at the U.S. Open in New York on Friday.").entities
        assert ("U.S. Open", "EVENT") in {(entity.name, entity.type) for entity in found}
        assert "united states" not in {entity.key for entity in found}

    def test_names_of_a_scorecard_are_taken_apart(self, annotate):
        body = "Cricket scoreboard of the game:\nMark Waugh c Asanka Gurusinha b Muttiah Muralitharan 5"
        people = {entity.name for entity in annotate(body).entities if entity.type == "PERSON"}
        assert not any(" b " in name or " c " in name for name in people)
