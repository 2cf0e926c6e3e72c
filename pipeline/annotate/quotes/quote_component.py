"""Component ``wire_quotes``: what is reported as said, in quotation marks or not, by whom, with which cue.

Reads the parse and ``doc._.wire_entities``; writes ``doc._.wire_quotes``, a tuple of ``Quote``.
"""

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.quotes.candidates import Quotations, quotations_of
from pipeline.annotate.quotes.quote_spans import QuoteSpan, quote_spans
from pipeline.annotate.quotes.speaker_resolution import SpeakerResolver
from pipeline.annotate.tree import Tree, tree_of
from pipeline.annotations import Mention, Quote, Span

if not Doc.has_extension("wire_quotes"):
    Doc.set_extension("wire_quotes", default=())


@Language.component("wire_quotes", requires=["doc._.wire_entities", "token.dep"], assigns=["doc._.wire_quotes"])
def quotes(doc: Doc) -> Doc:
    """Set ``doc._.wire_quotes``, in the order of the text."""
    tree = tree_of(doc)
    quotations = quotations_of(doc)
    found = quote_spans(tree, quotations)
    resolver = SpeakerResolver(tree, quotations, doc._.wire_entities, found)
    doc._.wire_quotes = tuple(_quote(tree, quotations, resolver, number, span) for number, span in enumerate(found, 1))
    return doc


def _quote(tree: Tree, quotations: Quotations, resolver: SpeakerResolver, number: int, span: QuoteSpan) -> Quote:
    start, end = tree.start[span.first], tree.end[span.last - 1]
    quoted = tuple(quotations.spans[stretch] for stretch in span.stretches)
    # A token may reach over a mark ("peace.”"); what is quoted is never cut.
    start, end = min([start, *(span.start for span in quoted)]), max([end, *(span.end for span in quoted)])
    return Quote(
        id=f"q{number}",
        kind="indirect" if not quoted else "direct" if quoted == (Span(start=start, end=end),) else "mixed",
        start=start,
        end=end,
        text=tree.text[start:end],
        quoted=quoted,
        cue=_mention(tree, span.cue) if span.cue is not None else None,
        speaker=resolver.speaker(span),
    )


def _mention(tree: Tree, token: int) -> Mention:
    return Mention(start=tree.start[token], end=tree.end[token], text=tree.word[token])
