"""Component ``wire_paragraphs``: end sentences at newlines."""

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("wire_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after every newline; the parser keeps such starts."""
    after_break = False
    for token in doc:
        if after_break and not token.is_space:
            token.is_sent_start = True
        after_break = "\n" in token.text or (after_break and token.is_space)
    return doc


def paragraph_starts(doc: Doc) -> list[int]:
    """Return where the paragraphs after the first one start."""
    return [token.i for token in doc if token.i and "\n" in doc[token.i - 1].text and "\n" not in token.text]
