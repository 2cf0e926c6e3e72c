"""Load languages, and annotate bodies with them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.annotations import Annotations
from pipeline.languages import language
from pipeline.languages.contract import AnnotationInput, Language, Reader

ENGLISH = "en"
"""The language of a story whose language is unknown."""
KEPT_CHARACTERS = 2_000_000
"""Paragraphs of so many characters are kept, in 75 MB: those of some 700 stories."""


class LanguageModel(NamedTuple):
    """A language with its reader."""

    language: Language
    reader: Reader

    def annotate(self, texts: Sequence[AnnotationInput]) -> Iterator[Annotations]:
        """Yield the annotations of each text, in order."""
        trees = self.reader([part for text in texts for part in (text.body, text.headline)])
        for text, tree, headline in zip(texts, trees, trees, strict=True):
            yield self.language.annotations(tree, text, headline)


class LanguageModels:
    """The models of all languages, each loaded with the first story that needs it; English at once.

    Language processes keep what is loaded at once out of garbage collection.
    """

    def __init__(self, model: str, kept: int = KEPT_CHARACTERS) -> None:
        """``model`` is the installed spaCy model whose words are read, ``kept`` how many characters each keeps.

        Raises ConfigurationError if no such model is installed.
        """
        self._model, self._kept = model, kept
        self._loaded: dict[str, LanguageModel] = {}
        self.of(ENGLISH)

    def of(self, code: str) -> LanguageModel:
        """Return the model of a language that has a folder, by its code (``en``)."""
        if code not in self._loaded:
            known = language(code)
            self._loaded[code] = LanguageModel(known, known.load(self._model, self._kept))
            # What is loaded with the first story is loaded now.
            list(self._loaded[code].annotate([AnnotationInput("")]))
        return self._loaded[code]
