"""What single words are known as, told to the names model with each word.

The model embeds a word's norm, prefix, suffix and shape, and beside them this: whether places,
given names or surnames have it. spaCy computes such attributes once a word, not once a token, so
that the hints cost nothing at run time; of a lexeme's attributes ``lang`` is the one that nothing
else here reads.
"""

from spacy.attrs import LANG  # type: ignore[import-not-found]
from spacy.vocab import Vocab

from pipeline.annotate.entities.gazetteer import gazetteer
from pipeline.annotate.entities.person_names import people

ATTRIBUTE = "LANG"
ROWS = 200
"""More than there are combinations of bits, so that few share a row of the hashed table."""
_GIVEN, _SURNAME = 16, 32


def add_features(vocab: Vocab) -> None:
    """Tell every word of ``vocab``, known or yet to come, what it is known as."""
    gazetteer(), people()
    vocab.lex_attr_getters[LANG] = word_features  # type: ignore[attr-defined]
    for lexeme in vocab:
        lexeme.lang = word_features(lexeme.orth_)


def word_features(word: str) -> int:
    """What a word is known as, in bits: those of ``Gazetteer.words``, 16 a given name, 32 a surname."""
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
