"""Features of single words for the language model.

The encoder embeds a word's norm, prefix, suffix and shape, and this feature: whether places, given names or surnames
contain it. spaCy computes such attributes once per word, not per token, so it costs nothing at run time. Of a
lexeme's attributes, ``lang`` is the one that nothing else reads here.
"""

from spacy.attrs import LANG  # type: ignore[import-not-found]
from spacy.vocab import Vocab

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.person_names import people

_GIVEN, _SURNAME = 16, 32


def add_features(vocab: Vocab) -> None:
    """Give every word of ``vocab``, known or future, its features."""
    gazetteer(), people()
    vocab.lex_attr_getters[LANG] = word_features  # type: ignore[attr-defined]
    for lexeme in vocab:
        lexeme.lang = word_features(lexeme.orth_)


def word_features(word: str) -> int:
    """Return a word's features as bits: those of ``Gazetteer.words``, 16 a given name, 32 a surname."""
    if not word[:1].isupper():
        return 0
    known = people()
    if word.isupper() and len(word) > 2:
        word = word.capitalize()
    return (
        gazetteer().words.get(word, 0)
        | _GIVEN * (word in known.female or word in known.male or word in known.both)
        | _SURNAME * (word in known.surnames)
    )
