"""spaCy's tokenizer, which remembers what it made of each chunk of text between white space.

spaCy's own cache stays empty within a memory zone, so that every word would be searched for affixes anew. That takes
a fifteenth of the whole language pass.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

KEPT_CHUNKS = 20_000
"""When so many are kept, all are forgotten."""
_CHUNK = re.compile(r"(\S+)( ?)(\s*)")


class _Chunk(NamedTuple):
    """The words of a chunk, a ``False`` for each but the last, and those words whose norm is their own."""

    words: tuple[str, ...]
    no_spaces: tuple[bool, ...]
    norms: tuple[tuple[int, str], ...]


class ChunkTokenizer:
    """Makes the same documents as ``nlp.make_doc``, as long as no special case contains white space."""

    def __init__(self, nlp: Language) -> None:
        """Remember nothing yet."""
        self._vocab, self._tokenizer = nlp.vocab, nlp.tokenizer
        self._kept: dict[str, _Chunk] = {}

    def __call__(self, text: str) -> Doc:
        """Return the text's tokens."""
        words: list[str] = []
        spaces: list[bool] = []
        norms: list[tuple[int, str]] = []
        for chunk, space in _chunks(text):
            known = self._kept.get(chunk) or self._learn(chunk)
            if known.norms:
                norms += [(len(words) + place, norm) for place, norm in known.norms]
            words += known.words
            spaces += known.no_spaces
            spaces.append(space)
        doc = Doc(self._vocab, words=words, spaces=spaces)
        for token, norm in norms:
            doc[token].norm_ = norm
        return doc

    def _learn(self, chunk: str) -> _Chunk:
        if len(self._kept) >= KEPT_CHUNKS:
            self._kept.clear()
        doc = self._tokenizer(chunk)
        known = self._kept[chunk] = _Chunk(
            tuple([token.text for token in doc]),
            (False,) * (len(doc) - 1),
            tuple([(token.i, token.norm_) for token in doc if token.norm != token.lex.norm]),
        )
        return known


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the chunks of a text, and whether a space after each belongs to it; further white space is a chunk."""
    leading = len(text) - len(text.lstrip())
    if leading:
        yield text[:leading], False
    for chunk, space, blank in _CHUNK.findall(text, leading):
        yield chunk, bool(space)
        if blank:
            yield blank, False
