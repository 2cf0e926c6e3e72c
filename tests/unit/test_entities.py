"""Entities: boundaries, coreference, labels, keys and places."""

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.annotations import Entity
from pipeline.knowledge.gazetteer import PlaceContext, gazetteer
from pipeline.knowledge.person_names import gender_of
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.entities.entity_keys import key_of
from pipeline.languages.en.entities.find import entities
from pipeline.languages.en.entities.recognised_names import ends_in_rank, recognised_names
from pipeline.reading.tree import Tree

BLANK = spacy.blank("en")


def doc(text: str, **names: str) -> Doc:
    """Return a text in which ``names`` are recognised, at every mention: words, _ for a space → label."""
    made = BLANK(text)
    spans = []
    for words, label in names.items():
        words, start = words.replace("_", " "), 0
        while (start := text.find(words, start)) >= 0:
            span = made.char_span(start, start + len(words), label=label, alignment_mode="expand")
            if not any(span.start < other.end and other.start < span.end for other in spans):
                spans.append(span)
            start += 1
    made.ents = spans
    return made


def found(text: str, located: str = "", **names: str) -> dict[str, Entity]:
    """Return the entities by name of a text in which ``names`` are recognised."""
    return {entity.name: entity for entity in entities_of(doc(text, **names), located)}


def entities_of(made: Doc, located: str = "") -> tuple[Entity, ...]:
    return entities(Tree(made), AnnotationInput(made.text, located))


class TestTrimming:
    @pytest.mark.parametrize(
        ("text", "label", "expected"),
        [
            ("The Hague", "GPE", "Hague"),
            ("President Joe Biden", "PERSON", "Joe Biden"),
            ("Sen. Jane Doe", "PERSON", "Jane Doe"),
            ("former Vice President Al Gore", "PERSON", "Al Gore"),
            ("President Hotel", "ORG", "President Hotel"),
            ("Putin’s", "PERSON", "Putin"),
            ("Jones'", "PERSON", "Jones"),
            ("“Lima", "GPE", "Lima"),
            ("World Health Organization (WHO", "ORG", "World Health Organization"),
            ("Lima\nPeru", "GPE", "Lima"),
            ("Ann Lee 7.5", "PERSON", "Ann Lee"),
            ("Boeing 737", "ORG", "Boeing 737"),
            ("Quorn Systems Inc Q2", "ORG", "Quorn Systems Inc"),
        ],
    )
    def test_a_name_is_its_own_words(self, text, label, expected):
        made = BLANK(text)
        made.ents = [made.char_span(0, len(text), label=label)]
        (name,) = recognised_names(Tree(made))
        assert (name.text, text[name.start : name.end]) == (expected, expected)

    @pytest.mark.parametrize(
        ("text", "words", "expected"),
        [
            ("Acme Corp. said no.", "Acme Corp", "Acme Corp."),
            ("He joined D.C. police.", "D.C", "D.C."),
            ("The Party (Maoist) won.", "Party (Maoist)", "Party (Maoist)"),
        ],
    )
    def test_a_mark_that_belongs_to_a_name_stays(self, text, words, expected):
        made = BLANK(text)
        start = text.index(words)
        made.ents = [made.char_span(start, start + len(words), label="ORG", alignment_mode="expand")]
        assert [name.text for name in recognised_names(Tree(made))] == [expected]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("She told The Lorne Times.", "The Lorne Times"),
            ("LORNE 1996-08-30 The Lorne Times closed.", "Lorne Times"),
            ("It rained. The Lorne Times closed.", "Lorne Times"),
        ],
    )
    def test_an_article_within_a_sentence_may_belong_to_a_name(self, text, expected):
        assert set(found(text, The_Lorne_Times="ORG")) == {expected}

    def test_a_place_and_the_country_after_it_are_two(self):
        assert set(found("A flight crashed over Quornby, Scotland.", **{"Quornby,_Scotland": "GPE"})) == {
            "Quornby",
            "Scotland",
        }

    def test_an_abbreviation_of_a_table_of_results_is_no_name(self):
        assert found("Avg shrs 4,841", Avg="PERSON") == {}

    def test_what_has_no_capital_is_no_name(self):
        assert found("a democratic vote", democratic="NORP") == {}

    def test_a_nickname_joins_the_names_around_it(self):
        assert set(found("Joe “Mad Dog” Smith ran.", Joe="PERSON", Smith="PERSON")) == {"Joe “Mad Dog” Smith"}

    def test_two_people_with_words_between_stay_two(self):
        assert set(found("Joe Lee and Ann Smith ran.", Joe_Lee="PERSON", Ann_Smith="PERSON")) == {
            "Joe Lee",
            "Ann Smith",
        }

    def test_what_an_office_is_named_after_is_no_name(self):
        text = "Secretary of State Ann Lee spoke."
        assert set(found(text, State="ORG", Ann_Lee="PERSON")) == {"Ann Lee"}


class TestGroups:
    def test_a_surname_a_given_name_and_a_fuller_name_are_one_person(self):
        text = "Ana Maria Lopez spoke. Lopez left. Ana Lopez slept. Ana woke."
        (one,) = found(text, Ana_Maria_Lopez="PERSON", Ana_Lopez="PERSON", Lopez="PERSON", Ana="PERSON").values()
        assert (one.name, len(one.mentions)) == ("Ana Maria Lopez", 4)

    def test_a_surname_that_two_share_is_the_last_named_and_not_both(self):
        text = "Ann Smith and Bob Smith sailed. Smith was sick."
        people = found(text, Ann_Smith="PERSON", Bob_Smith="PERSON", Smith="PERSON")
        assert sorted(len(entity.mentions) for entity in people.values()) == [1, 2]

    def test_a_rank_makes_no_other_person(self):
        text = "Gov. Ann Lee came. Governor Lee left."
        assert len(found(text, Ann_Lee="PERSON", Governor_Lee="PERSON")) == 1

    def test_an_acronym_in_brackets(self):
        text = "The Union of Cooks (UoC) met. UoC left."
        assert set(found(text, Union_of_Cooks="ORG", UoC="ORG")) == {"Union of Cooks"}

    def test_brackets_with_other_letters_are_another(self):
        assert len(found("Acme (NYSE) fell.", Acme="ORG", NYSE="ORG")) == 2

    def test_an_acronym_that_nobody_introduced_has_the_capitals_of_one_organization(self):
        text = "The U.S. Geological Survey said so. USGS did not."
        assert set(found(text, **{"U.S._Geological_Survey": "ORG", "USGS": "ORG"})) == {"U.S. Geological Survey"}

    def test_the_first_word_of_one_organization_is_it(self):
        assert set(found("Nordlys Systems rose. Nordlys fell.", Nordlys_Systems="ORG", Nordlys="ORG")) == {
            "Nordlys Systems"
        }

    def test_a_first_word_that_many_have_is_none(self):
        assert len(found("National Guard came. National fell.", National_Guard="ORG", National="ORG")) == 2

    def test_a_first_word_of_two_organizations_is_neither(self):
        text = "Nordlys Systems and Nordlys Motors rose. Nordlys fell."
        assert len(found(text, Nordlys_Systems="ORG", Nordlys_Motors="ORG", Nordlys="ORG")) == 3

    def test_a_legal_form_makes_no_other_company(self):
        assert set(found("Acme Corp rose. Acme Inc fell.", Acme_Corp="ORG", Acme_Inc="ORG")) == {"Acme Corp"}

    def test_the_names_of_a_country_are_one(self):
        text = "The U.S. and the United States and America."
        (one,) = found(text, **{"U.S.": "GPE", "United_States": "GPE", "America": "GPE"}).values()
        assert (one.name, one.key) == ("United States", "united states")

    def test_a_name_with_and_without_periods_is_one(self):
        assert len(found("The U.N. met. The UN left.", **{"U.N.": "ORG", "UN": "ORG"})) == 1

    def test_what_the_recogniser_missed_is_found_by_its_words(self):
        text = "Ann Lee spoke. Then Lee left."
        made = BLANK(text)
        made.ents = [made.char_span(0, 7, label="PERSON"), made.char_span(20, 23, label="PERSON")]
        (one,) = entities_of(made)
        assert [text[m.start : m.end] for m in one.mentions] == ["Ann Lee", "Lee"]
        text = "Acme rose. Acme fell. Acmes did not."
        made = BLANK(text)
        made.ents = [made.char_span(0, 4, label="ORG")]
        assert len(entities_of(made)[0].mentions) == 2

    def test_of_two_missed_names_with_the_same_beginning_it_finds_the_longer(self):
        text = "York fell. New York rose. New York, York and New won; a New Yorker lost."
        made = BLANK(text)
        made.ents = [made.char_span(0, 4, label="GPE"), made.char_span(11, 19, label="GPE")]
        mentions = {each.name: [m.start for m in each.mentions] for each in entities_of(made)}
        assert mentions == {"York": [0, 36], "New York": [11, 26]}


@pytest.mark.parametrize(
    ("before", "yes"),
    [
        ("Then Mr. ", True),
        ("Then Mr\n", True),
        ("the Deputy Prime Minister ", True),
        ("a colonel", False),
        ("the colonels ", False),
        ("the doctor ", False),
        ("Minister. ", False),
    ],
)
def test_a_rank_is_the_last_word_before_a_name(before, yes):
    assert ends_in_rank(before) is yes


class TestLabels:
    @pytest.mark.parametrize(
        ("text", "words", "wrong", "right"),
        [
            ("He studied at Lorne University then.", "Lorne University", "PERSON", "ORG"),
            ("The Bank of Lorne failed.", "Bank of Lorne", "GPE", "ORG"),
            ("A fire at Lorne Hospital.", "Lorne Hospital", "ORG", "FAC"),
            ("They swam in Lorne River.", "Lorne River", "PERSON", "LOC"),
            ("Flights to Norway ended.", "Norway", "ORG", "GPE"),
            ("Then Mr. Quorn left.", "Quorn", "ORG", "PERSON"),
            ("The law on YSAB passed.", "YSAB", "PERSON", "ORG"),
            ("Lille 12 9 2 1 29\n", "Lille", "GPE", "ORG"),
            ("Brest beat Girona.", "Brest", "GPE", "ORG"),
        ],
    )
    def test_the_document_corrects_the_recogniser(self, text, words, wrong, right):
        assert found(text, **{words.replace(" ", "_"): wrong})[words].type == right

    def test_a_country_is_no_club(self):
        assert found("Norway 12 9 2 1 29\n", Norway="GPE")["Norway"].type == "GPE"

    def test_one_mention_is_corrected_by_the_others(self):
        text = "Quorn rose. Quorn fell. Quorn slept."
        made = BLANK(text)
        made.ents = [made.char_span(at, at + 5, label=label) for at, label in ((0, "ORG"), (12, "PERSON"), (24, "ORG"))]
        assert [entity.type for entity in entities_of(made)] == ["ORG"]

    def test_a_place_after_a_preposition_of_place_stays_one(self):
        text = "Quorn objected. They met near Quorn."
        made = BLANK(text)
        made.ents = [made.char_span(0, 5, label="ORG"), made.char_span(30, 35, label="GPE")]
        assert entities_of(made)[0].type == "GPE"

    @pytest.mark.parametrize(
        ("words", "label"),
        [
            ("Clean Rivers Act", "LAW"),
            ("Lorne Festival", "EVENT"),
            ("Hurricane Zelda", "EVENT"),
            ("Falcon 9", "PRODUCT"),
        ],
    )
    def test_what_is_neither_person_organization_nor_place_is_what_its_words_say(self, words, label):
        assert found(f"The {words} came.", **{words.replace(" ", "_"): "MISC"})[words].type == label

    def test_what_no_word_explains_is_left_out(self):
        assert found("The Quorn came.", Quorn="MISC") == {}

    @pytest.mark.parametrize(
        ("words", "expected"), [("The daily Quorn closed", "ORG"), ("The daily Ann Lee read closed", "PERSON")]
    )
    def test_a_noun_in_apposition_outweighs_the_labels_of_all_mentions(self, words, expected):
        words = [*words.split(), ".", *"Quorn lost money . Ann Lee lost Quorn .".split()]
        name = "Quorn" if expected == "ORG" else "Ann Lee"
        made = Doc(BLANK.vocab, words=words, heads=[2, 2, *range(2, len(words))], deps=["dep"] * len(words))
        spots = [made.text.index(name), made.text.rindex(name)]
        made.ents = [made.char_span(at, at + len(name), label="PERSON") for at in spots]
        assert [entity.type for entity in entities_of(made)] == [expected]

    def test_capitals_alone_make_no_organization(self):
        assert found("The YSAB rose.", YSAB="MISC") == {}

    def test_in_a_text_of_capitals_an_acronym_is_not_recognised_by_its_capitals(self):
        assert found("THE LAW ON YSAB PASSED", YSAB="PERSON")["YSAB"].type == "PERSON"


class TestKeys:
    @pytest.mark.parametrize(
        ("name", "label", "key"),
        [
            ("President Vladimir Putin", "PERSON", "vladimir putin"),
            ("Joseph R. Biden Jr.", "PERSON", "joseph biden"),
            ("Joe “Mad Dog” Smith", "PERSON", "joe smith"),
            ("José Muñoz", "PERSON", "jose munoz"),
            ("Anne-Marie O’Neill", "PERSON", "anne-marie oneill"),
            ("Acme Corp.", "ORG", "acme"),
            ("AT&T", "ORG", "at&t"),
            ("!!", "ORG", "!!"),
        ],
    )
    def test_the_same_in_every_story(self, name, label, key):
        assert key_of(name, label) == key


class TestPlaces:
    @pytest.mark.parametrize(
        ("name", "story", "beside", "key"),
        [
            ("Paris", [], [], "paris, fr"),
            ("Paris", ["Texas"], [], "paris, us-tx"),
            ("Paris", [], ["Texas"], "paris, us-tx"),
            ("Cambridge", [], [], "cambridge, gb"),
            ("Cambridge", ["Boston"], [], "cambridge, us-ma"),
            ("London", [], ["Ontario"], "london, ca"),
            ("Valencia", ["Venezuela"], [], "valencia, ve"),
            ("Washington", ["U.S."], [], "washington, us-dc"),
            ("Georgia", ["Russia"], [], "georgia"),
            ("Georgia", ["Alabama", "U.S."], [], "georgia, us-ga"),
            ("Georgia", ["Alabama"], [], "georgia, us-ga"),
            ("Georgia", ["Savannah"], [], "georgia, us-ga"),
            ("Georgia", ["Washington", "New York"], [], "georgia"),
            ("Georgia", ["Alabama", "Tbilisi", "Russia"], [], "georgia"),
            ("Cairo", [], ["Ill."], "cairo, us-il"),
            ("Lebanon", [], ["N.H."], "lebanon, us-nh"),
            ("Nevada", [], ["Mo."], "nevada, us-mo"),
            ("Nevada", [], ["Iowa"], "nevada, us-nv"),
            ("Quornville", [], ["Ga."], "quornville, us-ga"),
            ("London", [], ["New York"], "london, gb"),
            ("Calif.", [], [], "california, us-ca"),
            ("Scotland", [], [], "scotland"),
            ("Kiev", [], [], "kyiv, ua"),
            ("Monrovia", [], [], "monrovia, lr"),
        ],
    )
    def test_a_place_is_chosen_by_people_and_by_what_else_is_named(self, name, story, beside, key):
        known = gazetteer()
        assert known.resolve(name, known.context(story), known.context(beside)).key == key

    def test_half_a_character_is_no_place(self):
        assert gazetteer().candidates("Lima\ud800") == ()

    def test_nowhere_is_none(self):
        assert gazetteer().resolve("Quornville", PlaceContext(), PlaceContext()) is None

    def test_a_name_beside_another_decides(self):
        text = "A storm hit Paris, Texas."
        places = found(text, Paris="GPE", Texas="GPE")
        assert (places["Paris"].place.country, places["Paris"].key) == ("US", "paris, us-tx")

    def test_the_dateline_decides(self):
        assert found("A storm hit Paris.", located="DALLAS, Texas (AP) --", Paris="GPE")["Paris"].key == "paris, us-tx"

    def test_a_place_does_not_speak_for_itself(self):
        assert found("A storm hit Paris.", Paris="GPE")["Paris"].key == "paris, fr"

    def test_a_person_is_no_place(self):
        assert found("Paris sang.", Paris="PERSON")["Paris"].place is None

    @pytest.mark.parametrize(
        ("text", "name", "kind", "country"),
        [
            ("Floods hit Uttar Pradesh.", "Uttar Pradesh", "admin1", "IN"),
            ("Police in Kandahar province fled.", "Kandahar province", "admin1", "AF"),
            ("Rebels left North Kivu.", "North Kivu", "admin1", "CD"),
            ("Riverside County burned.", "Riverside County", "admin2", "US"),
            ("It sank in the Black Sea.", "Black Sea", "water", None),
            ("Talks on Latin America failed.", "Latin America", "region", None),
            ("Russia fears for Siberia.", "Siberia", "region", "RU"),
            ("Mobutu fled Zaire.", "Zaire", "country", "CD"),
        ],
    )
    def test_a_division_a_region_or_a_sea_is_a_place_of_its_kind(self, text, name, kind, country):
        place = found(text, **{name.replace(" ", "_"): "GPE"})[name].place
        assert (place.kind, place.precision, place.country) == (kind, kind, country)

    def test_a_city_is_meant_rather_than_the_division_of_its_name(self):
        assert found("Dockers in Hamburg struck.", Hamburg="GPE")["Hamburg"].place.kind == "city"
        text = "Herat province voted."
        assert found(text, Herat_province="GPE")["Herat province"].place.kind == "admin1"

    def test_a_country_lies_in_its_middle_and_not_at_its_capital(self):
        place = found("Brazil voted.", Brazil="GPE")["Brazil"].place
        assert place.precision == "country"
        assert abs(place.lon - -47.9) > 1

    @pytest.mark.parametrize(("code", "lat", "lon"), [("FR", 47, 2), ("BR", -10, -53), ("US", 40, -98), ("NL", 52, 5)])
    def test_and_not_on_one_of_its_islands(self, code, lat, lon):
        place = gazetteer().nation(code).place
        assert (abs(place.lat - lat) < 8, abs(place.lon - lon) < 8) == (True, True)

    def test_part_of_a_country_has_its_own_kind_and_no_number(self):
        place = found("In southern Sudan, rebels fled.", southern_Sudan="GPE")["southern Sudan"].place
        assert (place.kind, place.precision, place.country, place.geonameid) == ("region", "country", "SD", None)

    def test_a_small_town_is_meant_only_where_the_story_speaks_of_its_country(self):
        names = {"Olean": "GPE"}
        assert found("A storm hit Olean.", **names)["Olean"].place is None
        there = found("A storm hit Olean. The U.S. sent help.", **names, **{"U.S.": "GPE"})["Olean"].place
        assert (there.country, there.precision) == ("US", "city")

    def test_what_no_list_knows_lies_in_what_the_text_puts_it_in(self):
        place = found("The Quorn Bridge in Lima fell.", Quorn_Bridge="FAC", Lima="GPE")["Quorn Bridge"].place
        assert (place.kind, place.precision, place.country, place.geonameid) == ("landmark", "city", "PE", None)

    def test_or_somewhere_in_the_country_of_the_story(self):
        text = "Peru voted. Lima and Cusco were calm. In Quornville, Peru's army stood by."
        place = found(text, Peru="GPE", Lima="GPE", Cusco="GPE", Quornville="GPE")["Quornville"].place
        assert (place.country, place.precision) == ("PE", "country")

    def test_people_say_which_country_is_meant(self):
        text = "Salvadoran police searched La Paz."
        assert found(text, Salvadoran="NORP", La_Paz="GPE")["La Paz"].place.country == "SV"

    def test_coordinates_are_degrees(self):
        beijing = found("In Beijing.", Beijing="GPE")["Beijing"].place
        assert (beijing.geonameid, beijing.country, round(beijing.lat), round(beijing.lon)) == (1816670, "CN", 40, 116)


@pytest.mark.parametrize(("name", "gender"), [("Maria Kowal", "f"), ("John Kowal", "m"), ("Kowal", None)])
def test_a_given_name_tells_the_gender(name, gender):
    assert gender_of(name) == gender


def test_a_name_is_whole_whichever_apostrophe_it_has(annotate):
    found = annotate("Talks in Côte d’Ivoire ended. Officials at the Quai d’Orsay said so.").entities
    assert [entity.name for entity in found] == ["Côte d’Ivoire", "Quai d’Orsay"]
