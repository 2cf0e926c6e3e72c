"""What is reported as said, in quotation marks or not, by whom, with which cue."""

from collections.abc import Iterator, Sequence

from pipeline.annotations import Entity, Quote
from pipeline.languages.en.log_linear import Features
from pipeline.languages.en.quotes.candidates import Quotations, quotations_of
from pipeline.languages.en.quotes.confidence import features, quote_model
from pipeline.languages.en.quotes.quote_spans import QuoteSpan, quote_spans
from pipeline.languages.en.quotes.speaker_resolution import SpeakerResolver
from pipeline.reading.tree import Tree
from pipeline.span import Mention, Span


def quotes(tree: Tree, entities: Sequence[Entity]) -> tuple[Quote, ...]:
    """Return the quotes of a story in the order of the text, given its entities."""
    return tuple(
        quote.model_copy(update={"confidence": round(quote_model().confidence(told), 2)})
        for quote, told in quotes_with_features(tree, entities)
    )


def quotes_with_features(tree: Tree, entities: Sequence[Entity]) -> Iterator[tuple[Quote, Features]]:
    """Yield the quotes of a story, each with what tells how sure it is."""
    quotations = quotations_of(tree)
    found = quote_spans(tree, quotations)
    resolver = SpeakerResolver(tree, quotations, entities, found)
    for number, span in enumerate(found, 1):
        quote = _quote(tree, quotations, resolver, number, span)
        share = sum(each.end - each.start for each in quote.quoted) / max(1, quote.end - quote.start)
        yield quote, features(tree, span, quote.speaker, min(share, 1))


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
        confidence=1,
        cue=_mention(tree, span.cue) if span.cue is not None else None,
        speaker=resolver.speaker(span),
    )


def _mention(tree: Tree, token: int) -> Mention:
    return Mention(start=tree.start[token], end=tree.end[token], text=tree.word[token])
