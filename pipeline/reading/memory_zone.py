"""spaCy's memory zone, which drops the words it has met; a new one for every so many characters.

One for each batch would forget words that the next batch has again, which takes a twentieth of the language pass.
"""

from contextlib import ExitStack

from spacy.language import Language

ZONE_CHARACTERS = 1_000_000


class MemoryZone:
    """The zone of one language."""

    def __init__(self, nlp: Language) -> None:
        """Begin with the first batch."""
        self._nlp = nlp
        self._left = 0
        self._stack = ExitStack()

    def enter(self, characters: int) -> None:
        """Prepare for so many characters. No ``Doc`` of an earlier call may be used any more."""
        self._left -= characters
        if self._left <= 0:
            self._stack.close()
            self._stack.enter_context(self._nlp.memory_zone())
            self._left = ZONE_CHARACTERS
