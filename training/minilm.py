"""MiniLM in JAX: what the teachers of names and of event types share. Only training uses it.

MiniLM has six transformer layers, 384 wide (Apache-2.0; Wang et al., NeurIPS 2020, as all-MiniLM-L6-v2).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors.numpy import load_file

LAYERS, HEADS, WIDTH = 6, 12, 384
BEGIN, END, UNKNOWN = 101, 102, 100
"""Pieces of MiniLM's vocabulary: before a text, after it, and in place of what has no piece."""
WORDS = "embeddings.word_embeddings.weight"
"""Not trained: its gradient would take a quarter of the time, and rare words would lose what they share."""
Params = dict[str, Any]


def started(folder: Path, new: dict[str, np.ndarray]) -> Params:
    """Return MiniLM's weights, and ``new`` ones for what it does not have."""
    stock = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in stock.items() if value.dtype == np.float32 and "pooler" not in name}
    return {"frozen": {WORDS: kept.pop(WORDS)}, "stock": kept, "new": new}


def optimizer(steps: int, rate: float, new_rate: float, new_decay: float) -> optax.GradientTransformation:
    """Return AdamW with a warm-up of a tenth and a cosine, and a ``new_rate`` for what MiniLM does not have."""
    schedule = optax.warmup_cosine_decay_schedule(0, 1, max(1, steps // 10), steps, 0.02)
    return optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.multi_transform(
            {
                "stock": optax.adamw(lambda n: rate * schedule(n), weight_decay=0.01),
                "new": optax.adamw(lambda n: new_rate * schedule(n), weight_decay=new_decay),
            },
            {"stock": "stock", "new": "new"},
        ),
    )


def trained(
    params: Params,
    optimizer: optax.GradientTransformation,
    loss: Callable[..., jax.Array],
    batches: Iterable[Sequence[Any]],
    seed: int,
    watch: Callable[[int, Params, float], None],
) -> Params:
    """Return the weights after all batches.

    ``loss`` takes the weights, the parts of a batch and a random key. ``watch`` is told the number of each step, from
    1, and its weights and loss; it must not keep the weights.
    """
    frozen = {"frozen": jax.tree.map(jnp.asarray, params["frozen"])}
    free = {name: part for name, part in params.items() if name != "frozen"}
    state, key = optimizer.init(free), jax.random.key(seed)

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(free: Params, state: Any, batch: Sequence[Any], key: jax.Array) -> Any:
        found, slope = jax.value_and_grad(lambda p: loss({**p, **frozen}, *batch, key))(free)
        change, state = optimizer.update(slope, state, free)
        return optax.apply_updates(free, change), state, found

    for number, batch in enumerate(batches, 1):
        key, now = jax.random.split(key)
        free, state, found = step(free, state, batch, now)
        watch(number, {**free, **frozen}, float(found))
    return {**free, **frozen}


def keys_of(key: jax.Array | None) -> list[jax.Array | None]:
    """Return the random keys of one pass: two for each layer, one for the output, one for the input."""
    return [None] * (2 * LAYERS + 2) if key is None else list(jax.random.split(key, 2 * LAYERS + 2))


def drop(x: jax.Array, key: jax.Array | None, rate: float) -> jax.Array:
    """Return the numbers with some dropped out, if there is a key."""
    return x if key is None else jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def norm(p: Params, name: str, x: jax.Array) -> jax.Array:
    """Return the normalised rows."""
    mean = x.mean(-1, keepdims=True)
    spread = jnp.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12)
    return (x - mean) / spread * p[f"{name}.weight"] + p[f"{name}.bias"]


def _dense(p: Params, name: str, x: jax.Array) -> jax.Array:
    return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]


def embedded(params: Params, pieces: jax.Array) -> jax.Array:
    """Return the sum of the embeddings of pieces, places and text."""
    p = params["stock"]
    places = p["embeddings.position_embeddings.weight"][: pieces.shape[1]]
    return params["frozen"][WORDS][pieces] + places + p["embeddings.token_type_embeddings.weight"][0]


def layers(p: Params, x: jax.Array, mask: jax.Array, keys: Sequence[jax.Array | None]) -> jax.Array:
    """Return what the layers make of (text, piece, width); a piece outside of the mask is not seen."""
    away = jnp.where(mask, 0, -1e9)[:, None, None]
    size = WIDTH // HEADS
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            _dense(p, f"{at}.attention.self.{part}", x).reshape(*x.shape[:2], HEADS, size).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        weight = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / size**0.5 + away, axis=-1)
        seen = (weight @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        seen = drop(_dense(p, f"{at}.attention.output.dense", seen), keys[2 * layer], 0.1)
        x = norm(p, f"{at}.attention.output.LayerNorm", x + seen)
        seen = _dense(p, f"{at}.output.dense", jax.nn.gelu(_dense(p, f"{at}.intermediate.dense", x), approximate=True))
        x = norm(p, f"{at}.output.LayerNorm", x + drop(seen, keys[2 * layer + 1], 0.1))
    return x
