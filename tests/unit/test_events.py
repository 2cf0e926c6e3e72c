"""Events: who did what to whom, whether it happened, when and where."""

import random
from datetime import date

import pytest

from pipeline.annotations import Annotations, Event
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.events.classifier import classifier
from pipeline.languages.en.events.further_types import FurtherTypes
from pipeline.languages.en.events.modes import mode
from pipeline.languages.en.events.plover import TYPES
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


def named(event: Event) -> tuple[list[str], list[str]]:
    """Return the names of an event's actors and recipients."""
    return [each.name for each in event.actors], [each.name for each in event.recipients]


class TestParticipants:
    @pytest.mark.parametrize(
        ("body", "trigger", "actor", "recipient"),
        [
            ("President Emmanuel Macron met Olaf Scholz in Berlin.", "met", "Emmanuel Macron", "Olaf Scholz"),
            ("Maria Lopez was arrested by Peruvian police.", "arrested", "Peruvian police", "Maria Lopez"),
            ("Iran threatened to attack Israel.", "threatened", "Iran", "Israel"),
            ("Japan agreed to send medical supplies to Kenya.", "agreed", "Japan", "Kenya"),
            ("Israel launched an air strike on Gaza.", "strike", "Israel", "Gaza"),
            ("Talks between India and Pakistan began on Monday.", "Talks", "India", "Pakistan"),
            ("Greece refused to meet the Turkish delegation.", "refused", "Greece", "the Turkish delegation"),
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
            ("Iran threatened to attack Israel.", "THREATEN", "violence"),
            ("Some 5,000 teachers protested against the government in Paris.", "PROTEST", "demo"),
            ("Amnesty International urged Turkey to release the journalist.", "REQUEST", None),
            ("North Korea has freed an American tourist.", "RETREAT", "release"),
            ("The United States lifted sanctions on Cuba.", "CONCEDE", None),
            ("The EU plans to impose sanctions on Russia.", "THREATEN", None),
        ],
    )
    def test_follow_the_codebook(self, read, body, kind, form):
        event = read(body).events[0]
        assert (event.type, event.mode) == (kind, form)

    def test_are_those_of_the_codebook(self):
        assert {*classifier().types, "RETREAT"} == set(TYPES)

    def test_a_mode_belongs_to_its_type(self):
        assert mode("CONSULT", ["visit"], []) == "visit"
        assert mode("SUPPORT", ["visit"], []) is None

    def test_an_event_without_a_type_names_somebody(self, read):
        for body in ("The cat sat on the mat.", "The plan led to a debate about the plan."):
            assert read(body).events == ()


class TestStatus:
    @pytest.mark.parametrize(
        ("body", "trigger", "status"),
        [
            ("Israel attacked Gaza.", "attacked", "happened"),
            ("China is building a port in Sri Lanka.", "building", "ongoing"),
            ("The United States will lift sanctions on Cuba.", "lift", "planned"),
            ("France may recall its ambassador from Australia.", "recall", "possible"),
            ("The minister asked Turkey to attack Syria.", "attack", "possible"),
            ("Colombia did not expel the diplomat.", "expel", "denied"),
            ("Russia denied attacking Ukraine.", "attacking", "denied"),
            ("Italy's visit to Libya was planned by the ministry.", "visit", "planned"),
        ],
    )
    def test_says_whether_it_happened(self, read, body, trigger, status):
        assert {event.text: event.status for event in read(body).events}[trigger] == status


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


class TestNumbers:
    def test_of_dead_and_injured(self, read):
        event = read("Rebels attacked an army base in Mali, killing at least 20 soldiers and wounding 15.").events[0]
        assert (event.dead, event.injured) == (20, 15)

    def test_of_a_crowd(self, read):
        event = read("Some 5,000 teachers protested against the government in Paris.").events[0]
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
            ("The clerks were freed by police.", "freed", "RETREAT"),
            ("Two men opened fire on a shop.", "opened", "ASSAULT"),
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
            ("Police arrested two smugglers with stolen drugs in Lima.", "CRIME"),
            ("Police arrested two journalists at a protest in Lima.", "COERCE"),
        ],
    )
    def test_what_is_no_politics_has_a_type_of_its_own(self, read, text, kind):
        assert kind in [event.type for event in read(text).events]

    @pytest.mark.parametrize(("lemma", "kind"), [("die", "DEATH"), ("injure", None), ("gather", None)])
    def test_nobody_is_dead_of_whom_no_word_says_so(self, english, lemma, kind):
        (tree,) = english.reader(["It was late in Lima."])
        assert FurtherTypes(tree).of(None, {lemma}, set(), is_act=False, is_deadly=False) == kind

    def test_what_beats_in_sport_is_a_result(self, read):
        text = "SOCCER - Lorne beat Quorn 2-1. The goalkeeper saved a penalty and the striker scored a goal."
        assert "RESULT" in {event.type for event in read(text).events}

    def test_what_has_no_type_is_an_event_in_the_lead_alone(self, read):
        lead, later = "Maria Lopez painted Ann Lee in Lima.", "Maria Lopez said it was late. " * 20
        assert [event.type for event in read(lead).events] == ["OTHER"]
        assert "painted" not in [event.text for event in read(later + lead).events]


def test_subjects_act_on_one_another_only_where_the_verb_says_so(read):
    (event,) = read("Turkey and Russia condemned the attack.").events
    assert [each.name for each in event.actors] == ["Turkey", "Russia"]
    (met,) = read("Turkey and Russia met on Monday.").events
    assert {each.name for each in (*met.actors, *met.recipients)} == {"Turkey", "Russia"}


def test_where_it_was_done_takes_no_part(read):
    (event,) = read("Police arrested Ann Lee in Jeddah.").events
    assert [each.name for each in event.recipients] == ["Ann Lee"]
