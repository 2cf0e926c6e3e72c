"""Features of single words for the language model.

The encoder embeds a word's norm, prefix, suffix and shape, and this feature: whether places, given names or surnames
contain it.
"""

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.person_names import people

_GIVEN, _SURNAME = 16, 32


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
