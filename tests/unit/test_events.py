"""Events: who did what to whom, whether it happened, when and where."""

import random
from datetime import date

import pytest

from pipeline.annotations import EVENT_TYPES, Annotations, EventMention, LeastConfidence
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.events.event_status import status
from pipeline.languages.en.events.event_types import AROUND, NAMED_BY
from pipeline.languages.en.events.modes import mode
from tests.mutations import check

WRITTEN = date(2024, 5, 16)


@pytest.fixture(scope="module")
def read(english):
    """Return a function that annotates a body written in Lima on that Thursday."""

    def annotations(body: str) -> Annotations:
        (found,) = english.annotate([AnnotationInput(body, "Lima", WRITTEN)])
        check(body, found)
        return found

    return annotations


def named(event: EventMention) -> tuple[list[str], list[str]]:
    """Return the names of an event's actors and recipients."""
    return [each.name for each in event.actors], [each.name for each in event.recipients]


class TestParticipants:
    @pytest.mark.parametrize(
        ("body", "trigger", "actor", "recipient"),
        [
            ("President Emmanuel Macron met Olaf Scholz in Berlin.", "met", "Emmanuel Macron", "Olaf Scholz"),
            ("Maria Lopez was arrested by Peruvian police.", "arrested", "Peruvian police", "Maria Lopez"),
            ("Iran threatened to attack Israel.", "attack", "Iran", "Israel"),
            ("Japan agreed to send medical supplies to Kenya.", "agreed", "Japan", "Kenya"),
            ("Israel launched an air strike on Gaza.", "strike", "Israel", "Gaza"),
            ("Greece refused to meet the Turkish delegation.", "meet", "Greece", "the Turkish delegation"),
            ("Ann Lee came home. She accused Acme Corp of fraud.", "accused", "Ann Lee", "Acme Corp"),
            ("The European Union imposed sanctions on Belarus.", "sanctions", "European Union", "Belarus"),
        ],
    )
    def test_are_found_in_every_construction(self, read, body, trigger, actor, recipient):
        events = {event.text: named(event) for event in read(body).events}
        assert trigger in events
        assert actor in events[trigger][0]
        assert recipient in events[trigger][1]

    def test_partners_are_named_on_either_side(self, read):
        (event,) = read("Emmanuel Macron and Olaf Scholz signed an agreement.").events
        assert {"Emmanuel Macron", "Olaf Scholz"} == {*named(event)[0], *named(event)[1]}

    def test_a_person_mentioned_twice_takes_part_once(self, read):
        (event,) = read("Police arrested the activist Maria Lopez in Lima on Monday.").events
        assert named(event)[1] == ["Maria Lopez"]

    def test_what_is_only_reported_with_an_event_is_no_second_event(self, read):
        events = read("“Russia attacked Ukraine in February,” said Olaf Scholz.").events
        assert [event.text for event in events] == ["attacked"]
        assert events[0].quote == "q1"


class TestTypes:
    @pytest.mark.parametrize(
        ("body", "kind", "form"),
        [
            ("President Emmanuel Macron met Olaf Scholz in Berlin.", "CONSULT", None),
            ("Peruvian police arrested Maria Lopez.", "COERCE", "arrest"),
            ("A suicide bomber killed 12 people in Kabul.", "ASSAULT", "suicide-attack"),
            ("Israel launched an air strike on Gaza.", "ASSAULT", "aerial"),
            ("Iran threatened Israel with an attack.", "THREATEN", "violence"),
            ("Some 5,000 teachers staged a protest against the government in Paris.", "PROTEST", "demo"),
            ("Amnesty International urged Turkey to release the journalist.", "REQUEST", "yield"),
            ("North Korea has freed an American tourist.", "CONCEDE", None),
            ("Israel withdrew its troops from Lebanon.", "RETREAT", "withdraw"),
            ("The United States lifted sanctions on Cuba.", "CONCEDE", None),
        ],
    )
    def test_follow_the_codebook(self, read, body, kind, form):
        event = read(body).events[0]
        assert (event.type, event.mode) == (kind, form)

    def test_each_has_words_that_suggest_it(self):
        kinds = set(range(len(EVENT_TYPES)))
        assert {kind for named in NAMED_BY.values() for kind in named} == kinds
        assert {kind for around in AROUND.values() for kind in around} == kinds

    def test_a_mode_belongs_to_its_type(self):
        assert mode("CONSULT", ["visit"], []) == "visit"
        assert mode("SUPPORT", ["visit"], []) is None


class TestConfidence:
    def test_is_low_where_nothing_happens(self, read):
        for body in ("The cat sat on the mat.", "The plan led to a debate about the plan."):
            assert all(event.confidence < 0.3 for event in read(body).events)

    def test_is_high_where_somebody_does_something_to_somebody(self, read):
        (event,) = read("Peruvian police arrested Maria Lopez in Lima on Monday.").events
        assert event.confidence > 0.8

    def test_what_is_less_sure_than_asked_is_left_out_with_the_claims_in_it(self, read):
        found = read("Olaf Scholz said Russia attacked Ukraine. Police arrested Ann Lee in Lima.")
        surest = max(event.confidence for event in found.events)
        kept = found.surer(LeastConfidence(quote=1.1, event=surest))
        assert kept.quotes == ()
        assert {event.confidence for event in kept.events} == {surest}
        assert all(event.quote is None for event in kept.events)


class TestClause:
    @pytest.mark.parametrize(
        ("body", "clause"),
        [
            ("Maria Lopez, a clerk, was arrested by Peruvian police.", "Maria Lopez was arrested by Peruvian police"),
            ("Iran threatened to attack Israel.", "Iran threatened to attack Israel"),
            ("Ann Lee came home. She accused Acme Corp of fraud.", "Ann Lee accused Acme Corp of fraud"),
            ("Iraq criticised the group, which organized a poll.", "The group organized a poll"),
            ("Ann Lee thanked him for “a night awake", "Ann Lee thanked him for a night awake"),
            ("When he came, Israel launched an air strike on Gaza.", "Israel launched an air strike on Gaza"),
        ],
    )
    def test_is_a_line_that_can_stand_alone(self, read, body, clause):
        assert clause in [event.clause for event in read(body).events]


class TestStatus:
    @pytest.mark.parametrize(
        ("body", "trigger", "is_verb", "expected"),
        [
            ("Israel attacked Gaza.", "attacked", True, "happened"),
            ("China is building a port in Sri Lanka.", "building", True, "ongoing"),
            ("The United States will lift sanctions on Cuba.", "lift", True, "planned"),
            ("France may recall its ambassador from Australia.", "recall", True, "possible"),
            ("The minister asked Turkey to attack Syria.", "attack", True, "demanded"),
            ("Israel is considering releasing Ann Lee.", "releasing", True, "possible"),
            ("Hamas accused the guards of firing on the convoy.", "firing", True, "possible"),
            ("The United States has no intention of invading Cuba.", "invading", True, "denied"),
            ("Colombia did not expel the diplomat.", "expel", True, "denied"),
            ("Russia denied attacking Ukraine.", "attacking", True, "denied"),
            ("Italy's visit to Libya was planned by the ministry.", "visit", False, "planned"),
        ],
    )
    def test_says_whether_it_happened(self, english, body, trigger, is_verb, expected):
        (tree,) = english.reader([body])
        assert status(tree, tree.word.index(trigger), is_verb=is_verb) == expected


class TestCircumstances:
    def test_date_and_place_are_those_of_the_clause(self, read):
        (event,) = read("President Emmanuel Macron met Olaf Scholz in Berlin on Tuesday.").events
        assert (event.date.value, event.date.stated, event.date.text) == ("2024-05-14", True, "Tuesday")
        assert (event.place.name, event.place.stated) == ("Berlin", True)

    def test_else_they_are_those_of_the_story(self, read):
        (event,) = read("President Emmanuel Macron met Olaf Scholz.").events
        assert (event.date.value, event.date.stated) == ("2024-05-16", False)
        assert (event.place.name, event.place.stated) == ("Lima", False)

    def test_what_lies_ahead_has_no_date_unless_it_is_stated(self, read):
        assert read("The United States will lift sanctions on Cuba.").events[0].date is None
        assert read("The United States will lift sanctions on Cuba next month.").events[0].date.value == "2024-06"


class TestWhoIsHarmed:
    @pytest.mark.parametrize(
        "text",
        [
            "Twelve people were killed in a fire near Lima on Monday.",
            "Twelve people were killed when a ferry capsized off Crete on Monday.",
            "Hurricane Ida killed 300 people in Honduras on Monday.",
        ],
    )
    def test_nobody_attacks_whom_a_mishap_kills(self, read, text):
        assert "ASSAULT" not in {event.type for event in read(text).events}

    def test_who_ends_a_harm_does_none(self, read):
        assert read("The United States lifted the sanctions on Cuba on Monday.").events[0].type != "SANCTION"

    def test_what_somebody_is_called_on_to_do_did_not_happen(self, read):
        events = {event.text: event.status for event in read("Kevin Tan called for the president to resign.").events}
        assert events["resign"] == "demanded"

    def test_a_line_of_a_passive_begins_with_whom_it_concerns(self, read):
        event = read("Maria Lopez was among 75 people arrested by Shanghai police in May.").events[0]
        assert event.clause.startswith("75 people arrested by Shanghai police")


class TestMain:
    def test_what_a_story_begins_with_is_what_it_is_about(self, read):
        body = (
            "Ann Lee met Maria Lopez in Lima.\nIt rained.\nThe sun shone.\nPolice arrested Kevin Tan in Rome on Monday."
        )
        main = {event.text: event.main for event in read(body).events}
        assert (main["met"], main["arrested"]) == (True, False)


class TestNumbers:
    def test_of_dead_and_injured(self, read):
        event = read("Rebels attacked an army base in Mali, killing at least 20 soldiers and wounding 15.").events[0]
        assert (event.dead, event.injured) == ((20, None), 15)

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("Fifty-three people were", 53),
            ("Twelve people were", 12),
            ("At least 107 people were", (107, None)),
            ("More than 1,500 people were", (1_500, None)),
            ("Up to 20 people were", (None, 20)),
            ("Four to five people were", (4, 5)),
            ("Between 10 and 20 people were", (10, 20)),
            ("Hundreds of people were", (200, None)),
            ("Half a million people were", 500_000),
            ("Two dozen people were", 24),
        ],
    )
    def test_in_words_and_with_bounds(self, read, text, number):
        assert read(f"{text} killed in floods near Lima on Monday.").events[0].dead == number

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Police arrested 31 protesters in Lima on Monday.", "arrested"),
            ("An earthquake near Lima on Monday displaced 31 families.", "displaced"),
            ("A ferry sank off Crete on Monday and 31 people are missing.", "missing"),
        ],
    )
    def test_of_those_who_live(self, read, text, name):
        assert 31 in [getattr(event, name) for event in read(text).events]

    def test_of_a_crowd(self, read):
        event = read("Some 5,000 teachers staged a protest against the government in Paris.").events[0]
        assert (event.size, event.dead) == (5_000, None)


class TestBadInput:
    def test_a_table_of_results_is_read(self, read):
        read("\n".join(f"Arsenal {n} - Chelsea {n + 1}" for n in range(500)))

    def test_a_sentence_of_thousands_of_words_is_read(self, read):
        read("Iran attacked Israel and Russia, " * 800 + "and that was all.")

    def test_words_in_any_order_are_read(self, read):
        words = "Iran to attack the by of Israel killed that who said “ ” and 12 , on Monday in Gaza will not".split()
        for seed in range(20):
            read(" ".join(random.Random(seed).choices(words, k=60)) + ".")

    @pytest.mark.parametrize("word", ["attacked and ", "in ", "to want ", "attacking and ", "was attacked and ", "of "])
    def test_a_chain_of_thousands_is_read(self, read, word):
        read(f"Iran attacked Israel {word * 1_500}on Monday.")


class TestWhoeverTakesPart:
    @pytest.mark.parametrize(
        ("body", "trigger", "kind"),
        [
            ("Maria Lopez resigned on Monday.", "resigned", "APPOINTMENT"),
            ("The clerks were freed by police.", "freed", "CONCEDE"),
            ("Ann Lee died in Lima.", "died", "DEATH"),
            ("A ferry sank off Crete and 20 people drowned.", "drowned", "ACCIDENT"),
        ],
    )
    def test_a_verb_may_name_an_event_by_itself(self, read, body, trigger, kind):
        assert {event.text: event.type for event in read(body).events}[trigger] == kind

    def test_who_says_it_is_meant_by_a_pronoun(self, read):
        events = {event.text: named(event) for event in read("The Philippines said it would free Ann Lee.").events}
        assert "Philippines" in str(events["free"][0])

    def test_an_object_is_never_its_own_subject(self, read):
        body = "Louise Tremblay died on Sunday. Alan Mackenzie praised her."
        events = {event.text: named(event) for event in read(body).events}
        assert events["praised"] == (["Alan Mackenzie"], ["Louise Tremblay"])

    def test_the_day_of_a_death_is_no_number_of_dead(self, read):
        assert read("Alexander Bell died November 23.").events[0].dead is None


class TestFurtherTypes:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("The court sentenced Ann Lee to nine years in prison on Monday.", "TRIAL"),
            ("Maria Lopez was elected mayor of Lima on Monday.", "ELECTION"),
            ("Parliament passed the law on Monday.", "LAW"),
            ("Quorn Ltd acquired Lorne Corp. for 5 million dollars.", "DEAL"),
            ("The Bundesbank raised interest rates on Monday.", "ECONOMY"),
            ("Ann Lee won the Nobel prize on Monday.", "AWARD"),
            ("Floods killed 1,700 people in Pakistan in 2010.", "DISASTER"),
            ("A bus crashed near Lima on Monday. Twelve people died.", "ACCIDENT"),
            ("Gunmen killed twelve people near Lima on Monday.", "ASSAULT"),
            ("Police arrested two journalists at a protest in Lima.", "COERCE"),
        ],
    )
    def test_what_is_no_politics_has_a_type_of_its_own(self, read, text, kind):
        assert kind in [event.type for event in read(text).events]

    def test_what_beats_in_sport_is_a_result(self, read):
        text = "SOCCER - Lorne beat Quorn 2-1. The goalkeeper saved a penalty and the striker scored a goal."
        assert "RESULT" in {event.type for event in read(text).events}


def test_subjects_act_on_one_another_only_where_the_verb_says_so(read):
    (event,) = read("Turkey and Russia condemned the attack.").events
    assert [each.name for each in event.actors] == ["Turkey", "Russia"]
    (met,) = read("Turkey and Russia met on Monday.").events
    assert {each.name for each in (*met.actors, *met.recipients)} == {"Turkey", "Russia"}


def test_nobody_acts_whom_the_text_only_puts_near_a_crime(read):
    events = read("The Srebrenica massacre of 8,000 people shocked Europe.").events
    assert all("Srebrenica" not in str(named(event)[0]) for event in events)


def test_a_line_is_printed_once(read):
    clauses = [event.clause for event in read("North Korea pledged to abandon its weapons and return to talks.").events]
    assert len(clauses) == len(set(clauses))


def test_the_newest_toll_is_an_event(read):
    tolls = [each for each in read("The death toll from the quake has risen to 120.").events if each.text == "toll"]
    assert [(each.dead, each.type, each.confidence > 0.8) for each in tolls] == [(120, "DISASTER", True)]


def test_where_it_was_done_takes_no_part(read):
    (event,) = read("Police arrested Ann Lee in Jeddah.").events
    assert [each.name for each in event.recipients] == ["Ann Lee"]
