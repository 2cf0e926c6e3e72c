"""Draw how often events and quotes are right for each confidence: on the diagonal it means what it says."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import sqrt

_SIZE, _EDGE, _BINS = 300, 44, 10
_COLOURS = ("#1b5e8c", "#b3541e", "#4a7c2c")


def plot(sure: Mapping[str, Sequence[tuple[float, bool]]]) -> str:
    """Return an SVG with a line for each name: confidences, and whether what had them is right.

    A circle's area is the number of cases.
    """
    side = _SIZE + 2 * _EDGE
    shapes = [
        f'<rect width="{side}" height="{side}" fill="#fff"/>',
        f'<path d="M{_at(0)} {_down(0)}V{_down(1)}M{_at(0)} {_down(0)}H{_at(1)}" stroke="#555" fill="none"/>',
        f'<path d="M{_at(0)} {_down(0)}L{_at(1)} {_down(1)}" stroke="#bbb" stroke-dasharray="4"/>',
        *(f'<text x="{_at(n / 5)}" y="{_down(0) + 18}" text-anchor="middle">{n / 5}</text>' for n in range(6)),
        *(f'<text x="{_at(0) - 6}" y="{_down(n / 5) + 4}" text-anchor="end">{n / 5}</text>' for n in range(1, 6)),
        f'<text x="{side / 2}" y="{side - 6}" text-anchor="middle">confidence</text>',
        f'<text x="8" y="{_EDGE - 14}">share that is right</text>',
    ]
    for number, (name, cases) in enumerate(sure.items()):
        colour, points = _COLOURS[number % len(_COLOURS)], bins(cases)
        line = "L".join(f"{_at(mean):.1f} {_down(share):.1f}" for mean, share, _ in points)
        shapes += [f'<path d="M{line}" stroke="{colour}" fill="none"/>'] if points else []
        shapes += [
            f'<circle cx="{_at(mean):.1f}" cy="{_down(share):.1f}" r="{1 + sqrt(cases) / 2:.1f}" fill="{colour}"'
            f' fill-opacity=".6"><title>{name}: {share:.2f} of {cases}</title></circle>'
            for mean, share, cases in points
        ]
        shapes.append(f'<text x="{_at(0) + 10}" y="{_EDGE + 16 * number + 6}" fill="{colour}">{name}</text>')
    about = f'viewBox="0 0 {side} {side}" width="{side}" font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {about}>' + "\n".join(shapes) + "</svg>\n"


def bins(cases: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Return, for each tenth of confidence, the mean, the share that is right, and the number of cases."""
    found = []
    for _, group in groupby(sorted(cases), key=lambda case: min(int(case[0] * _BINS), _BINS - 1)):
        part = list(group)
        found.append(
            (sum(sure for sure, _ in part) / len(part), sum(right for _, right in part) / len(part), len(part))
        )
    return found


def _at(share: float) -> float:
    return _EDGE + share * _SIZE


def _down(share: float) -> float:
    return _EDGE + (1 - share) * _SIZE
