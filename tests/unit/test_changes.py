"""The differences between two texts: both texts can be reconstructed from them."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.changes import changed

TEXTS = st.lists(st.text("ab .,\u00e9", min_size=1), max_size=6)


@given(before=TEXTS, after=TEXTS)
def test_both_texts_can_be_read_off_what_changed(before, after):
    parts = changed(before, after)
    if before == after:
        assert parts == []
        return
    for kind, text in (("gone", before), ("new", after)):
        rebuilt = ["".join(word for of, word in part.words if of in ("same", kind)) for part in parts]
        assert "".join(rebuilt) == "".join(text)


def test_only_the_words_that_changed_are_marked():
    (_, part) = changed(["Dam breaks", "Two people died."], ["Dam breaks", "Three people died."])
    assert part.words == (("gone", "Two"), ("new", "Three"), ("same", " people died."))


def test_a_long_text_of_one_word_is_compared():
    """difflib takes minutes for it."""
    parts = changed(["word " * 900 + "end"], ["word " * 950 + "END"])
    assert [kind for kind, _ in parts[0].words][-1] == "new"


def test_paragraphs_that_are_all_the_same_are_compared():
    parts = changed(["Same."] * 1_000, ["Same.", "Other."] * 500)
    assert sum(part.kind == "changed" for part in parts) >= 500
