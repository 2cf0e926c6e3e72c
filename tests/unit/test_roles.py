"""Roles, line-ups and identifiers of entities."""

import pytest

from pipeline.annotations import Place
from pipeline.identity.wikidata import wikidata_of
from pipeline.languages.en.entities.lineups import players
from pipeline.languages.en.entities.recognised_names import Name
from pipeline.languages.en.entities.roles import roles


def roles_in(text: str, name: str) -> tuple[str, ...]:
    start = text.index(name)
    return roles(text, [Name(start, start + len(name), name, "PERSON")])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("French Foreign Minister Bernard Kouchner arrived.", ("French foreign minister",)),
        ("Visiting U.S. Secretary of State Bernard Kouchner said so.", ("US secretary of state",)),
        ("Sen. Bernard Kouchner voted.", ("senator",)),
        ("Bernard Kouchner, the chairman of the Nordic Bank, resigned.", ("chairman of the Nordic Bank",)),
        ("Bernard Kouchner, who was born in Oslo, resigned.", ()),
        ("A spokesman for Prime Minister Bernard Kouchner said no.", ("prime minister",)),
        ("The minister met Bernard Kouchner.", ()),
    ],
)
def test_the_offices_beside_a_name_are_the_person_s_roles(text, found):
    assert roles_in(text, "Bernard Kouchner") == found


class TestLineups:
    TEAMS = "France: 1 - Bernard Lama; 2 - Lilian Thuram (14 - Sabri Lamouchi 87th), 5 - Laurent Blanc."

    def test_the_players_of_a_line_up_are_names(self):
        found = [name.text for name in players(self.TEAMS, "football", [])]
        assert found == ["Bernard Lama", "Lilian Thuram", "Laurent Blanc"]

    def test_what_is_a_name_already_is_not_found_again(self):
        start = self.TEAMS.index("Lilian")
        known = [Name(start, start + 13, "Lilian Thuram", "PERSON")]
        assert "Lilian Thuram" not in [name.text for name in players(self.TEAMS, "football", known)]

    def test_two_numbers_are_results(self):
        assert not list(players("Blue won 3 - Red lost, and 2 - Green (left).", "football", []))

    def test_who_took_a_wicket_is_a_name_in_cricket_alone(self):
        card = "M. Bevan c Vaas b Chandana 56\n"
        assert [name.text for name in players(card, "cricket", [])] == ["Vaas", "Chandana"]
        assert not list(players(card, "football", []))


class TestWikidata:
    def test_a_country_has_its_identifier(self):
        france = Place(geonameid=3017382, country="FR", lat=48.9, lon=2.4)
        assert wikidata_of("france", france, ()) == "Q142"

    def test_a_member_of_congress_has_one_only_with_such_a_role(self):
        assert wikidata_of("amy klobuchar", None, ("US senator",)) == "Q22237"
        assert wikidata_of("amy klobuchar", None, ("coach",)) is None
