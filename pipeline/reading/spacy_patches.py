"""Patch what is slow in spaCy and thinc, as of spaCy 3.8.18. ``chunk_tokenizer`` works around another fault."""

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc


def multiply_with_numpy(nlp: Language) -> None:
    """Multiply matrices with numpy's OpenBLAS instead of thinc's blis.

    The blis wheel has no kernels for newer processors and takes half of the whole language pass; OpenBLAS takes
    less than half of that (flame/blis 645).
    """
    for _, component in nlp.pipeline:
        for node in component.model.walk() if hasattr(component, "model") else ():
            node.ops.use_blis = False


def parse(parser: Any, docs: Sequence[Doc]) -> None:
    """Do what ``parser.set_annotations(docs, parser.predict(docs))`` does, in two thirds of its time.

    That multiplies with blis whatever ``use_blis`` says, two small matrices in each step. Not reported.
    """
    step = parser.model.predict(docs)
    weight, bias = (step.vec2scores.get_param(name) for name in ("W", "b"))
    parses = parser.moves.init_batch(docs)
    unfinished = [each for each in parses if not each.is_final()]
    while unfinished:
        states = step.state2vec.predict(step.get_token_ids(unfinished))
        unfinished = parser.transition_states(unfinished, states @ weight.T + bias)
    step.clear_memory()
    parser.set_annotations(docs, parses)
