"""F1 over exact spans."""

from collections.abc import Sequence


def f1(told: Sequence[list[tuple[int, int, str]]], found: Sequence[list[tuple[int, int, str]]]) -> dict[str, float]:
    """Return F1 over exact spans of people, organizations and places, of all and by kind."""
    kinds = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
    result = {}
    for chosen in ("PER ORG LOC", "PER", "ORG", "LOC"):
        hits = seen = labelled = 0
        for gold, mine in zip(told, found, strict=True):
            a = {(s, e, kinds[k]) for s, e, k in gold if kinds.get(k, "-") in chosen}
            b = {(s, e, kinds[k]) for s, e, k in mine if kinds.get(k, "-") in chosen}
            hits, seen, labelled = hits + len(a & b), seen + len(b), labelled + len(a)
        result[chosen] = round(2 * hits / max(1, seen + labelled), 4)
    return result
