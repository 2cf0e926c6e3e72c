"""IPTC Media Topics (NewsCodes, CC BY 4.0), and which of them the older subject codes of agencies mean."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_SCHEMES = ("medtop:", "subj:", "iptccat:", "http://cv.iptc.org/newscodes/mediatopic/")


_USUAL = {
    word: f"{code}000000"
    for code, words in {
        "01": "arts entertainment culture media film music books",
        "02": "crime justice courts",
        "04": "business economy finance financial markets",
        "07": "medicine",
        "11": "politics government elections diplomacy",
        "13": "science technology tech",
        "15": "sports football soccer cricket tennis",
        "16": "conflict war terrorism",
    }.items()
    for word in words.split()
}
"""What senders call their subjects that have no code."""


class MediaTopic(NamedTuple):
    """A top concept of Media Topics."""

    qcode: str
    name: str


TOP = tuple(
    MediaTopic(f"medtop:{code}000000", name)
    for code, name in (
        ("01", "arts, culture, entertainment and media"),
        ("16", "conflict, war and peace"),
        ("02", "crime, law and justice"),
        ("03", "disaster, accident and emergency incident"),
        ("04", "economy, business and finance"),
        ("05", "education"),
        ("06", "environment"),
        ("07", "health"),
        ("08", "human interest"),
        ("09", "labour"),
        ("10", "lifestyle and leisure"),
        ("11", "politics and government"),
        ("12", "religion"),
        ("13", "science and technology"),
        ("14", "society"),
        ("15", "sport"),
        ("17", "weather"),
    )
)
"""The seventeen top concepts, in the order of their names."""


def top_concept(code: str | None, name: str | None) -> MediaTopic | None:
    """Return the top concept above a sender's subject: by the code of a Media Topic or subject code, or by its name."""
    number = code or ""
    for scheme in _SCHEMES:
        number = number.removeprefix(scheme)
    usual = _USUAL.get((name or "").casefold(), "")
    # Codes that only the older list has begin with the same two digits.
    wider = f"{number[:2]}000000" if len(number) == len("01000000") and number.isdecimal() else usual
    return next((found for key in (number, (name or "").casefold(), wider) if (found := _tops().get(key))), None)


@cache
def _tops() -> Mapping[str, MediaTopic]:
    """Return the top concept by the code of each Media Topic, by the older code for it, and by its name."""
    lines = files("pipeline.knowledge").joinpath("media_topics.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    parents = {code: parent for code, _, parent, _ in rows}
    by_code = {topic.qcode.partition(":")[2]: topic for topic in TOP}
    found: dict[str, MediaTopic] = {}
    for code, name, _, subject in rows:
        top = code
        while parents.get(top):
            top = parents[top]
        if topic := by_code.get(top):
            for key in filter(None, (subject, name.casefold(), code)):
                found[key] = topic
    return found
