"""Quotes: content boundaries, cue and speaker."""

from dataclasses import replace

import pytest

from pipeline.annotations import Quote
from pipeline.languages.en.quotes import reporting_lexicon as weighing
from pipeline.languages.en.quotes.candidate_features import Cue, features_of
from pipeline.languages.en.quotes.candidates import Quotations, candidates
from pipeline.languages.en.quotes.interviews import interview_of
from pipeline.languages.en.quotes.reporting_lexicon import lexicon


def attributed(quotes: tuple[Quote, ...]) -> list[tuple[str, str | None]]:
    """Return each quote's text and the name of its speaker."""
    return [(quote.text, quote.speaker.name if quote.speaker else None) for quote in quotes]


class TestContents:
    @pytest.mark.parametrize(
        ("body", "text", "kind"),
        [
            ("Maria Lopez said that the bridge would open in May.", "the bridge would open in May", "indirect"),
            ("Maria Lopez said the bridge would open in May and that it was safe.",
             "the bridge would open in May and that it was safe", "indirect"),
            ("The bridge would open in May, Maria Lopez said.", "The bridge would open in May", "indirect"),
            ("Maria Lopez said on Monday the bridge would open.", "the bridge would open", "indirect"),
            ("Maria Lopez said Monday the bridge would open.", "the bridge would open", "indirect"),
            ("Maria Lopez promised to open the bridge in May.", "to open the bridge in May", "indirect"),
            ("Maria Lopez denied taking bribes.", "taking bribes", "indirect"),
            ("The bridge was safe, according to Maria Lopez.", "The bridge was safe", "indirect"),
            ("According to Maria Lopez, the bridge was safe.", "the bridge was safe", "indirect"),
            ("Maria Lopez rejected the claim that she had lied about the bridge.",
             "the claim that she had lied about the bridge", "indirect"),
            ("Maria Lopez said the bridge was “a danger to everyone”.",
             "the bridge was “a danger to everyone", "mixed"),
            ("Putin spoke of alliances, which he described as “very harmful and bad”.",
             "very harmful and bad", "direct"),
            ("According to local talk radio host Ann Webb, the move smells of “fear” and haste.",
             "the move smells of “fear” and haste", "mixed"),
            ("The bridge was, as Maria Lopez put it, “a danger to everyone”.", "a danger to everyone", "direct"),
        ],
    )  # fmt: skip
    def test_all_of_what_is_reported_and_nothing_of_the_frame(self, annotate, body, text, kind):
        assert (text, kind) in [(quote.text.rstrip("”."), quote.kind) for quote in annotate(body).quotes]

    def test_a_further_clause_that_the_verb_reports_is_a_quote_of_its_own(self, annotate):
        body = "Putin boasted about their friendship and that the talks showed “the great importance” of it."
        assert [quote.cue.text for quote in annotate(body).quotes] == ["boasted", "boasted"]

    def test_a_word_that_says_nothing_is_no_quote(self, annotate):
        quotes = annotate("Xi saw a plan for the war, which he called a crisis, Maria Lopez said.").quotes
        assert "which" not in [quote.text for quote in quotes]

    def test_a_word_after_a_hyphen_is_no_cue(self, annotate):
        quotes = annotate("The self-described “quiet genius of the south” arrived by train.").quotes
        assert all(quote.cue is None for quote in quotes)

    def test_the_listeners_are_no_quote(self, annotate):
        (quote,) = annotate(
            "Maria Lopez came.\n“Our ports are open,” the Nigerian leader told students in the afternoon."
        ).quotes
        assert quote.text == "Our ports are open,"

    def test_a_quotation_is_never_cut(self, annotate):
        body = "Maria Lopez said the bridge was “old. It was also tired” and unsafe."
        assert any("old. It was also tired" in quote.text for quote in annotate(body).quotes)

    def test_a_stretch_is_in_one_quote_of_a_speaker(self, annotate):
        body = "He said they saw “a secure region”, which he described as “very harmful and bad”."
        stretches = [stretch for quote in annotate(body).quotes for stretch in quote.quoted]
        assert len(stretches) == len(set(stretches)) == 2

    @pytest.mark.parametrize(
        "body",
        [
            "He watched “The Last Emperor” at home.",
            "Joe “Mad Dog” Smith walks there.",
            "The so-called “green wall” runs through the city.",
        ],
    )
    def test_titles_nicknames_and_scare_quotes_are_none(self, annotate, body):
        assert annotate(body).quotes == ()


class TestSpeakers:
    @pytest.mark.parametrize(
        ("body", "mention"),
        [
            ("“We will rebuild it,” said Maria Lopez, the mayor.", "Maria Lopez"),
            ("“We will rebuild it,” Maria Lopez told the newspaper.", "Maria Lopez"),
            ("She was told by a police officer that the road was closed.", "a police officer"),
            ("The bridge was safe, according to a spokesman.", "a spokesman"),
            ("They ignored Lopez’s warning that the bridge was old.", "Lopez"),
            ("A statement from the ministry said that the bridge was safe.", "A statement"),
            ("The ministry issued a statement saying that the bridge was safe.", "The ministry"),
            ("Everyone heard his claim that it could be healed by June.", "his"),
            ("“Never again,” said the Russian leader.", "the Russian leader"),
            ("Maria Lopez, who said the bridge was safe, has left.", "who"),
            ("Maria Lopez and Kevin Tan said the bridge was safe.", "Maria Lopez and Kevin Tan"),
            ("“It is safe,” Maria Lopez told the paper by telephone.", "Maria Lopez"),
            ("His ex-wife said the bridge was safe.", "His ex-wife"),
            ("Spokesman Kevin Tan said the bridge was safe.", "Kevin Tan"),
            ("The spokesman, Kevin Tan, said the bridge was safe.", "Kevin Tan"),
        ],
    )
    def test_the_mention_is_that_of_the_text(self, annotate, body, mention):
        assert [quote.speaker.text for quote in annotate(body).quotes][:1] == [mention]

    @pytest.mark.parametrize("marks", ["«»", "»«", "„“", "“”"])
    def test_marks_of_other_languages_do_not_speak(self, annotate, marks):
        body = "{0}We will rebuild it,{1} said Maria Lopez, the mayor. {0}It is safe.{1}".format(*marks)
        quotes = annotate(body).quotes
        assert [(quote.speaker.name, quote.text) for quote in quotes] == [
            ("Maria Lopez", "We will rebuild it,"),
            ("Maria Lopez", "It is safe."),
        ]

    @pytest.mark.parametrize(
        "body",
        [
            "Maria Lopez said we must rebuild it, adding that “the bridge is old.”",
            "Maria Lopez said on Monday that we have to rebuild it, adding that “the bridge is closed.”",
        ],
    )
    def test_we_outside_of_marks_is_a_word_of_whoever_is_reported(self, annotate, body):
        assert {quote.speaker.name for quote in annotate(body).quotes} == {"Maria Lopez"}

    def test_nobody_speaks_in_a_passive_without_by(self, annotate):
        quotes = annotate("It was said that the bridge was safe.").quotes
        assert all(quote.speaker is None for quote in quotes)

    def test_a_person_within_what_is_said_does_not_say_it(self, annotate):
        (quote,) = annotate("“Kevin Tan said nothing to us about it,” Maria Lopez recalled.").quotes
        assert quote.speaker.name == "Maria Lopez"


class TestWhoIsMeant:
    @pytest.mark.parametrize(
        ("body", "name"),
        [
            # gender
            ("Maria Lopez met Kevin Tan. “It is done,” she said.", "Maria Lopez"),
            ("Kevin Tan met Maria Lopez. “It is done,” he said.", "Kevin Tan"),
            # what the story calls somebody tells the gender that no given name does
            ("Spokesman Tam Velu met spokeswoman Quinn Orro. “It is done,” she said.", "Quinn Orro"),
            # recency, and subjects before others
            ("Kevin Tan came. John Webb left. “It is done,” he said.", "John Webb"),
            ("Kevin Tan sued the heirs of John Webb. “It is done,” he said.", "Kevin Tan"),
            ("Kevin Tan has defeated John Webb. “It is done,” he said.", "Kevin Tan"),
            ("Kevin Tan left. It rained. It snowed. Maria Lopez called John Webb. “It is done,” he said.", "John Webb"),
            ("Maria Lopez called Kevin Tan at the house of John Webb. “It is done,” he said.", "Kevin Tan"),
            # a gender that is known before one that is not
            ("Kevin Tan arrived. Quorn Velu slept. “It is done,” he said.", "Kevin Tan"),
            # who spoke last, and who is only reported about
            ("Kevin Tan said the road was closed. John Webb nodded. “It is done,” he said.", "Kevin Tan"),
            ("Kevin Tan smiled when Maria Lopez said John Webb was tired. “It is done,” he said.", "Kevin Tan"),
            ("Kevin Tan said John Webb was tired. “It is done,” he said.", "Kevin Tan"),
            # organizations
            ("Acme Corp. cut 900 jobs. “It is done,” the company said.", "Acme Corp"),
            ("Acme Corp. cut 900 jobs. It said that more would follow in May.", "Acme Corp"),
            ("The New York Times sued Acme Corp. “It is done,” the newspaper said.", "New York Times"),
            ("The World Health Organization met. The agency said it was ready.", "World Health Organization"),
            ("Acme Corp. sued the Supreme Court. “It is done,” the company said.", "Acme Corp"),
            # common nouns, titles, descent
            ("Secretary of State Deborah Hale met Secretary of Defense John Webb. “It is done,” the secretary of state"
             " said.", "Deborah Hale"),
            ("Kevin Tan, a lawyer, met Maria Lopez. “It is done,” the lawyer said.", "Kevin Tan"),
            ("Kevin Tan is a lawyer. John Webb is not. “It is done,” the lawyer said.", "Kevin Tan"),
            ("Secretary of State Deborah Hale met Sen. Martin Stone. “It is done,” the secretary of state said.",
             "Deborah Hale"),
            ("President Vladimir Putin of Russia met Chinese leader Xi Jinping. The Russian leader said it was done.",
             "Vladimir Putin"),
            ("French President Emmanuel Macron met Chinese leader Xi Jinping. The Chinese president said it was done.",
             "Xi Jinping"),
            # relatives
            ("Police met Kevin Tan, who said it was done.", "Kevin Tan"),
            # somebody without a name goes on
            ("“I saw it,” said a young farmer. “It is done,” he said.", "a young farmer"),
            ("“I saw it,” said a hotel clerk in Lima. Then it rained. “It is done,” the clerk said.", "a hotel clerk"),
            ("Local residents said it was loud. They said it was done.", "Local residents"),
            ("The harbour ministry said it was loud. It said that it was done.", "The harbour ministry"),
            ("The Harbour Agency in Peru said Peru was dry. It said that it was done.", "Harbour Agency"),
            ("Police met truck drivers, who said it was done.", "truck drivers"),
            # what somebody wrote speaks for whoever wrote it
            ("It is done, said a survey by Acme Corp.", "Acme Corp"),
            ("It is done, said a press release of the European Commission.", "European Commission"),
            # a title with words of its own, and a participle in front
            ("The Director for Land Transport Kevin Tan said it was done.", "Kevin Tan"),
            ("Speaking in Lima on Monday, Kevin Tan said it was done.", "Kevin Tan"),
            ("The spokesman for the builders, Acme Corp., said it was done.", "The spokesman"),
        ],
    )  # fmt: skip
    def test_a_word_stands_for_whom_a_reader_takes_it_for(self, annotate, body, name):
        assert annotate(body).quotes[-1].speaker.name.rstrip(".") == name

    def test_he_who_is_reported_to_say_he_is_himself(self, annotate):
        body = "Kevin Tan met John Webb. Kevin Tan said John Webb was sad and that he called it “a very sad day”."
        assert {quote.speaker.name for quote in annotate(body).quotes} == {"Kevin Tan"}

    def test_who_is_only_named_between_marks_is_nobody_outside(self, annotate):
        body = "Kevin Tan left. “John Webb was right all along,” he said."
        assert annotate(body).quotes[-1].speaker.name == "Kevin Tan"

    def test_nobody_is_meant_who_does_not_fit(self, annotate):
        assert annotate("Kevin Tan left. “It is done,” she said.").quotes[-1].speaker.entity is None

    def test_who_was_only_named_between_marks_is_not_meant_by_he(self, annotate):
        body = "John Webb slept. It rained. It snowed. “Kevin Tan won the race,” read a sign. “It is done,” he said."
        assert annotate(body).quotes[-1].speaker.name == "John Webb"

    def test_i_is_nobody_named(self, annotate):
        body = "Kevin Tan left the room and I said that it was cold."
        assert all(quote.speaker.entity is None for quote in annotate(body).quotes)

    def test_several_together_have_their_names(self, annotate):
        quote = annotate("Maria Lopez and Kevin Tan came. Lopez and Tan said the bridge was safe.").quotes[-1]
        assert quote.speaker.name == "Maria Lopez and Kevin Tan"


class TestTurnTaking:
    def test_a_name_and_a_colon(self, annotate):
        (quote,) = annotate("Kevin Tan: “There was nothing left of our house.”").quotes
        assert quote.speaker.name == "Kevin Tan"

    def test_a_dash_and_a_name(self, annotate):
        body = "“There was nothing left of our “house” when we came back.” ― Kevin Tan\n"
        assert {quote.speaker.name for quote in annotate(body).quotes} == {"Kevin Tan"}

    def test_the_subject_of_the_sentence_around_a_stretch(self, annotate):
        body = "Kevin Tan left.\nMaria Lopez exhorted the voters to “vote your conscience, whatever they say”."
        assert annotate(body).quotes[-1].speaker.name == "Maria Lopez"

    def test_a_paragraph_without_a_cue_goes_on(self, annotate):
        body = "“We have a good tradition,” Kevin Tan said.\n“And this is a clear confirmation of it all.”"
        assert [name for _, name in attributed(annotate(body).quotes)] == ["Kevin Tan"] * 2

    def test_it_does_not_go_on_over_other_paragraphs(self, annotate):
        body = "“We have one,” Kevin Tan said.\nIt rained.\nThen it stopped.\n“This is a clear confirmation of it all.”"
        assert annotate(body).quotes[-1].speaker is None

    def test_a_question_is_answered_by_the_other(self, annotate):
        body = (
            "“When did you begin to work here?” Fiona Ross asked.\n“I was eleven years old,” Arthur Bell said.\n"
            "“What will you do when it closes?”\n“I will learn how to sleep at night.”"
        )
        names = [name for _, name in attributed(annotate(body).quotes)]
        assert names == ["Fiona Ross", "Arthur Bell", "Fiona Ross", "Arthur Bell"]

    def test_paragraphs_that_open_their_marks_again_have_one_speaker(self, annotate):
        body = "Kevin Tan said:\n“The first day it rained.\n“The second day it rained too.\n“Then we left,” he said."
        assert {name for _, name in attributed(annotate(body).quotes)} == {"Kevin Tan"}


class TestInterviews:
    """Paragraphs with labels; ``tests/cases/speakers.toml`` has whole interviews."""

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("Q: Why now?\nA: Because we can.", ["Why now?", "Because we can."]),
            ("Q. Why now?\n\nA. Because.\nIt rained.", ["Why now?", "Because."]),
            ("AP: Why?\nLUND: I am.\nAP: Thanks.\nLUND: Bye.", ["Why?", "I am.", "Thanks.", "Bye."]),
            ("AP: Why?\nLund: I am.\nAP: Thanks.\nLund: Bye.", ["Why?", "I am.", "Thanks.", "Bye."]),
            # headings, an enumeration, a label that comes once, a question that nobody answers
            ("REVENUE: 12 million\nOUTLOOK: Worse.", []),
            ("A. Roads\nB. Bridges", []),
            ("Analysis: Is it over?\nMarkets: Shares fell.", []),
            ("Q: Why now?\nIt rained.\nA: Because.", []),
        ],
    )
    def test_a_label_that_asks_and_the_next_make_an_interview(self, body, said):
        assert [body[turn.span.start : turn.span.end] for turn in interview_of(body)] == said

    def test_of_several_who_may_answer_none_does(self, annotate):
        body = "Anna Nowak met Kevin Tan.\nQ: Are you ready?\nA: We are."
        assert attributed(annotate(body).quotes) == [("We are.", None)]


class TestReadings:
    """Which readings a cue has, and how probable one must be."""

    def read(self, english, body: str, cue: str) -> set[str]:
        (tree,) = english.reader([body])
        options = candidates(tree, Quotations(tree), tree.word.index(cue))
        return {tree.text[tree.start[each.first] : tree.end[each.last - 1]] for each in options}

    def test_a_relative_word_alone_is_no_reading(self, english):
        body = "Xi saw a plan for the war, which he called a crisis."
        assert "which" not in self.read(english, body, "called")
        assert "a crisis" in self.read(english, body, "called")

    def test_what_follows_the_comma_is_a_reading_of_a_source_in_front(self, english):
        body = "According to local talk radio host Ann Webb, the move reeks of “fear” and haste."
        assert "the move reeks of “fear” and haste" in self.read(english, body, "According")

    def test_only_a_likely_cue_reports(self, annotate):
        assert annotate("Maria Lopez saw the bridge in May.").quotes == ()

    def test_a_noun_with_its_own_clause_reports_sooner_than_others(self, annotate):
        quotes = annotate("Everyone heard his claim that it could be healed by June.").quotes
        assert "it could be healed by June" in [quote.text for quote in quotes]

    def test_a_group_weighs_what_its_features_weigh_however_few_are_kept(self, english, monkeypatch):
        (tree,) = english.reader(["Maria Lopez said on Monday that “the bridge” would open in May, and left."])
        quotations, said = Quotations(tree), tree.word.index("said")
        monkeypatch.setattr(weighing, "_KEPT_GROUPS", 3)
        known, cue = replace(lexicon()), Cue(tree, quotations, said, "say")
        groups = [group for reading in candidates(tree, quotations, said) for group in cue.groups(reading)]
        weighed = [pytest.approx(sum(known.weights.get(name, 0.0) for name in features_of(each))) for each in groups]
        assert any(known.weight(group) for group in groups)
        assert [known.weight(group) for group in groups * 2] == weighed * 2
