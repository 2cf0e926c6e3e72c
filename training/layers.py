"""The layers of the language model, for training: the same sums as ``pipeline/reading`` does with numpy."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import LOWER  # type: ignore[import-not-found]
from spacy.tokens import Doc
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    clone,
    concatenate,
    expand_window,
    list2ragged,
    ragged2list,
    residual,
    with_array,
    with_array2d,
)

from pipeline.reading.names import pooled
from pipeline.reading.word_features import word_features

Floats = NDArray[np.float32]
ATTRIBUTES = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500, "SPACY": 50, "IS_SPACE": 50}
"""The attributes that are embedded of a word, each by rows of a hashed table."""
WORD_FEATURES = 200
"""Rows of the table of its word features."""


def static(table: Any, width: int, column: int) -> Model[Any, Any]:
    """Return a layer from the hashes of lower-case words to their vectors, projected to ``width``."""

    def forward(model: Model[Any, Any], keys: Any, is_train: bool) -> tuple[Floats, Callable[[Floats], Any]]:
        known = table.of(keys[:, column])
        weight = model.get_param("W")

        def backprop(slope: Floats) -> Any:
            model.inc_grad("W", slope.T @ known)
            return np.zeros_like(keys)

        return known @ weight.T, backprop

    def init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803 - thinc's names
        initial: Any = (np.random.default_rng(0).normal(0, 0.1, (width, table.width))).astype(np.float32)
        model.set_param("W", initial)

    return Model("static", forward, init=init, params={"W": None}, dims={"nO": width})


def encoder(table: Any, width: int, depth: int, breaks: Callable[[Doc], list[int]]) -> Model[Any, Any]:
    """Return the encoder: documents to one row a word; no paragraph sees another."""
    rows = [*ATTRIBUTES.values(), WORD_FEATURES]
    hashed: Any = [HashEmbed(width, size, column=n, seed=8 + n, dropout=0.0) for n, size in enumerate(rows)]
    embed: Any = chain(
        Model("word_columns", _word_columns),
        list2ragged(),
        with_array(concatenate(*hashed, static(table, width, len(rows)))),
        with_array(Maxout(width, width * (len(rows) + 1), nP=3, dropout=0.0, normalize=True)),
        ragged2list(),
    )
    cnn: Any = chain(expand_window(window_size=1), Maxout(width, width * 3, nP=3, dropout=0.0, normalize=True))
    layers = clone(residual(cnn), depth)
    layers.set_dim("nO", width)
    model: Model[Any, Any] = Model(
        "encoder", _encode, layers=[embed, with_array(layers, pad=depth)], attrs={"breaks": breaks},
        dims={"nO": width}, init=_initialize,
    )  # fmt: skip
    return model


def _word_columns(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> Any:
    """Return what is embedded of each word: its attributes, its word features and its lower-case form."""
    attributes: list[int | str] = [*ATTRIBUTES, "LOWER"]
    tables = [
        np.insert(doc.to_array(attributes), len(ATTRIBUTES), [word_features(word.text) for word in doc], axis=1)
        for doc in docs
    ]
    return tables, lambda slopes: []


def _initialize(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803
    embed, layers = model.layers
    embed.initialize(X=X)
    layers.initialize(X=embed.predict(X))


def _encode(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> Any:
    embed, layers = model.layers
    rows, back_embed = embed(docs, is_train)
    cuts = [[0, *model.attrs["breaks"](doc), len(doc)] for doc in docs]
    parts = [row[a:b] for row, cut in zip(rows, cuts, strict=True) for a, b in pairwise(cut)]
    done, back_layers = layers(parts, is_train)

    def joined(arrays: Sequence[Floats]) -> list[Floats]:
        result, at = [], 0
        for cut in cuts:
            result.append(np.concatenate(arrays[at : at + len(cut) - 1]))
            at += len(cut) - 1
        return result

    def backprop(slopes: Sequence[Floats]) -> Any:
        pieces = [s[a:b] for s, cut in zip(slopes, cuts, strict=True) for a, b in pairwise(cut)]
        return back_embed(joined(back_layers(pieces)))

    return joined(done), backprop


def tagger(listener: Model[Any, Any], width: int, hidden: int, depth: int, tags: int) -> Model[Any, Any]:
    """Return the names model: each word, and all of the document with the same lower-case form, to scores of tags."""
    first: Any = chain(expand_window(window_size=1), Maxout(hidden, width * 6, nP=2, dropout=0.0, normalize=True))
    more = [
        residual(chain(expand_window(window_size=1), Maxout(hidden, hidden * 3, nP=2, dropout=0.0, normalize=True)))
        for _ in range(depth - 1)
    ]
    hidden_layers: Any = with_array(chain(first, *more) if more else first, pad=depth)
    return Model(
        "names", _tag, layers=[listener, hidden_layers, with_array2d(Linear(tags, hidden))], init=_initialize_tagger
    )


def _initialize_tagger(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803
    width = model.layers[0].get_dim("nO")
    rows = [np.zeros((5, 2 * width), np.float32)]
    model.layers[1].initialize(X=rows)
    model.layers[2].initialize(X=model.layers[1].predict(rows))


def _tag(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> Any:
    listener, hidden, output = model.layers
    rows, back_rows = listener(docs, is_train)
    groups = [np.unique(doc.to_array([LOWER]).ravel(), return_inverse=True)[1] for doc in docs]
    both = [np.hstack([row, pooled(row, group)]) for row, group in zip(rows, groups, strict=True)]
    seen, back_hidden = hidden(both, is_train)
    scores, back_output = output(seen, is_train)

    # The matrix that takes means over groups is symmetric, so pooling is its own derivative.
    def backprop(slopes: list[Floats]) -> Any:
        wide = back_hidden(back_output(slopes))
        width = rows[0].shape[1]
        return back_rows([w[:, :width] + pooled(w[:, width:], g) for w, g in zip(wide, groups, strict=True)])

    return scores, backprop
