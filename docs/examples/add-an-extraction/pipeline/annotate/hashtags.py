"""Component ``wire_hashtags``: the hashtags of a body."""

import re

from spacy.language import Language
from spacy.tokens import Doc

_HASHTAG = re.compile(r"(?<!\w)#\w+")
if not Doc.has_extension("wire_hashtags"):
    Doc.set_extension("wire_hashtags", default=())


@Language.component("wire_hashtags", assigns=["doc._.wire_hashtags"])
def hashtags(doc: Doc) -> Doc:
    """Set ``doc._.wire_hashtags``, each hashtag once, in the order of the text."""
    doc._.wire_hashtags = tuple(dict.fromkeys(_HASHTAG.findall(doc.text)))
    return doc
