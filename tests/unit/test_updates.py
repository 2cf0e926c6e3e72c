"""Updates under another uri, and different stories under one uri."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.derive.updates import SPAN, Comparable, is_update
from pipeline.desk.shared_uris import are_different, kept_apart
from scoring.updates import LABELS, measure, read_labels
from tests.conftest import NOON, make_story
from tests.unit.test_stages import HARBOUR

MORE = (
    "\nThe governor, Carlos Brito, wants Brasilia to pay half of the 12 million reais. Dockers of the union SINDPORTO "
    "return on Friday, its chairman Paulo Nunes said."
)
OTHER = (
    "Striking teachers in Lisbon went back to their classrooms after the cabinet of Ana Duarte offered them 4.5 per "
    "cent more pay. Two unions, FENPROF and STOP, will vote on 9 May."
)
LATER = NOON + timedelta(hours=2)


def earlier(**fields):
    return make_story(**{"uri": "urn:agency:1", "headline": "Porto Velho harbour reopens", "body": HARBOUR} | fields)


def later(**fields):
    plain = {"uri": "urn:agency:2", "headline": "Harbour reopens after flood", "versioncreated": LATER}
    return make_story(**plain | {"body": HARBOUR + MORE} | fields)


def updates(one, other):
    return is_update(Comparable.of(one), Comparable.of(other))


class TestUpdates:
    def test_the_same_text_sent_again_is_an_update(self):
        assert updates(earlier(), later(body=HARBOUR))

    def test_a_longer_story_with_the_same_beginning_is_an_update(self):
        assert updates(earlier(), later())

    def test_one_that_begins_with_other_news_has_the_earlier_text_as_background(self):
        news = "\n".join(OTHER.replace("Lisbon", town) for town in ("Lisbon", "Porto", "Braga", "Evora"))
        assert not updates(earlier(), later(body=f"{news}\n{HARBOUR}{MORE}"))

    def test_one_that_says_so_may_rewrite_more(self):
        rewritten = HARBOUR.replace(
            "had waited off the coast of Rondonia while crews repaired the quay", "waited there"
        )
        assert not updates(earlier(), later(body=rewritten + MORE))
        assert updates(earlier(), later(body=rewritten + MORE, signal="update"))

    def test_the_next_edition_of_a_report_is_none(self):
        monday, tuesday = earlier(headline="Shares close higher Monday"), later(headline="Shares close higher Tuesday")
        assert not updates(monday, tuesday)
        numbered = later(headline="Porto Velho harbour reopens 2")
        assert not updates(earlier(headline="Porto Velho harbour reopens 1"), numbered)

    def test_a_round_up_replaces_nothing_but_its_own_earlier_form(self):
        assert not updates(earlier(), later(headline="Roundup: Porto Velho harbour reopens"))
        assert updates(earlier(headline="Roundup: harbour reopens"), later(headline="Roundup: Porto Velho reopens"))

    def test_the_next_day_s_story_is_none(self):
        assert not updates(earlier(), later(versioncreated=NOON + SPAN + timedelta(minutes=1)))

    def test_a_story_of_other_facts_after_the_same_pattern_is_none(self):
        pattern = HARBOUR.replace("Porto Velho", "Manaus").replace("Maria Lopes", "Joao Prado").replace("14", "9")
        pattern = pattern.replace("300", "45").replace("Rondonia", "Amazonas").replace("Madeira", "Negro")
        assert not updates(earlier(), later(body=pattern))

    @given(st.text(max_size=300), st.text(max_size=300))
    def test_any_two_texts_can_be_compared(self, one, other):
        assert updates(earlier(body=one), later(body=other)) in (True, False)


class TestSharedUris:
    def test_two_stories_with_nothing_in_common_are_different(self):
        assert are_different(earlier(), earlier(headline="Teachers end strike", body=OTHER))

    @pytest.mark.parametrize(
        "fields",
        [
            {"headline": "Harbour reopens"},
            {"body": HARBOUR + MORE, "headline": "Ships leave"},
            {"headline": "Teachers end strike", "body": OTHER, "signal": "correction"},
            {"headline": "Teachers end strike", "body": OTHER, "pubstatus": "canceled"},
            {"headline": "Teachers end strike", "body": "Teachers in Lisbon ended their strike."},
        ],
        ids=["a word of the headline", "the text", "a correction", "a kill", "too short to tell"],
    )
    def test_a_version_of_the_same_story_is_not(self, fields):
        assert not are_different(earlier(), earlier(**fields))

    @given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=300), st.text(max_size=300))
    def test_it_makes_no_difference_which_came_first(self, headline, other, body, text):
        one, two = earlier(headline=headline, body=body), earlier(headline=other, body=text)
        assert are_different(one, two) == are_different(two, one)
        assert not are_different(one, one)

    def test_the_other_story_has_the_same_uri_of_its_own_every_time(self):
        made = kept_apart(earlier(body=OTHER))
        assert made == kept_apart(earlier(body=OTHER, version=7).model_copy(update={"version": 1}))
        assert made.uri.startswith("urn:agency:1#")
        assert made.receivedas == "urn:agency:1"
        assert kept_apart(earlier()).uri != made.uri


class TestScore:
    def test_rates_count_what_is_labelled_and_what_is_not(self):
        labels = {("a", "b"): "update", ("c", "d"): "new", ("e", "f"): "unclear", ("g", "h"): "update"}
        rates, wrong, missed = measure([("a", "b"), ("c", "d"), ("e", "f"), ("x", "y")], labels)
        assert (rates.precision, rates.recall, rates.updates) == (1 / 3, 1 / 2, 2)
        assert wrong == [("c", "d"), ("x", "y")]
        assert missed == [("g", "h")]

    def test_the_labels_are_complete(self):
        labels = read_labels()
        assert set(labels.values()) == {"update", "new", "unclear"}
        assert len(labels) == len(LABELS.read_text().splitlines())
