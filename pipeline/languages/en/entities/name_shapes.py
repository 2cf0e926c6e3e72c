"""Correct the recognised names where the text's shape says more: "Rome, Ga." and "McDonald's Corp"."""

import re
from collections.abc import Iterator

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.knowledge.place_names import PROVINCES, STATE_ABBREVIATIONS
from pipeline.languages.en.entities.recognised_names import Name, ends_in_rank

_SHORT = re.findall(r":([\w.]+\.)(?!\w)", f"{STATE_ABBREVIATIONS}|{PROVINCES['CA']}")
_STATE = re.compile(rf"(?:(?<=[\w.]), |(?<=\W[DIR]-))({'|'.join(map(re.escape, _SHORT))})(?!\w)")
"""An abbreviated state after a town, or after a party: "R-Tenn."."""
_WORDS = re.compile(r"(?:[A-Z][\w.'’-]* ){0,3}[A-Z][\w'’-]*$")
_LONGEST_TOWN = 50
_POSSESSIVE = re.compile(r"(?<![\w'’-])[A-Z]\w*[^\W\d_]['’]s(?!\w)")
_LEGAL_FORM = re.compile(r" (?:Corp|Inc|Ltd|Co|PLC|Plc|plc|LLC|Holdings|Group)\b")
_BUSINESS = re.compile(
    r" (?:shares|stock|restaurants?|stores?|outlets?|supermarkets?|franchise(?:e|es|s)?|quarterly|chain|says|reports"
    r"|(?:said|reported|posted|announced) (?:(?:on )?[A-Z]\w+day|its))\b"
)
"""What is said of a company. A person's shares and stores are, too, but another sentence names that person."""
_LONGEST_RANK = 24


def corrected(text: str, names: list[Name]) -> list[Name]:
    """Return the names, with those that the text's shape is sure of in place of those they overlap."""
    sure = [*_states(text, names), *_companies(text, names)]
    taken = {n for name in sure for n in range(name.start, name.end)}
    return sorted({*sure, *(name for name in names if taken.isdisjoint(range(name.start, name.end)))})


def _states(text: str, names: list[Name]) -> Iterator[Name]:
    """Yield the abbreviated states, and the towns before them."""
    for name in names:
        if name.label == "GPE" and f"{name.text}." in _SHORT and text.startswith(".", name.end):
            yield Name(name.start, name.end + 1, f"{name.text}.", "GPE")
    for state in _STATE.finditer(text):
        yield Name(state.start(1), state.end(1), state[1], "GPE")
        if state.start() < state.start(1) and (town := _town(text, state.start(), state[1], names)):
            yield town


def _town(text: str, end: int, state: str, names: list[Name]) -> Name | None:
    """Return the name that ends before a state, as a town if the state has it; or the words that name one there."""
    known = next((name for name in names if name.start < end <= name.end), None)
    if known is not None:
        town = text[known.start : end]
        return Name(known.start, end, town, "GPE" if gazetteer().is_town(town, state) else known.label)
    words = _WORDS.search(text, max(0, end - _LONGEST_TOWN), end)
    first = words.start() if words else end
    starts = (first + word.start() for word in re.finditer(r"\S+", text[first:end]))
    at = next((start for start in starts if gazetteer().is_town(text[start:end], state)), None)
    return None if at is None else Name(at, end, text[at:end], "GPE")


def _companies(text: str, names: list[Name]) -> Iterator[Name]:
    """Yield the companies that are called like somebody's: "Sotheby's", "Dillard's Inc", "Lloyd's of London".

    Where the text has the name without the possessive, or a rank before it, it is a person's.
    """
    found = [one for one in _POSSESSIVE.finditer(text) if not gazetteer().is_country(one[0][:-2])]
    companies = {one[0] for one in found if _is_company(text, one, names)}
    for one in found:
        start, end = known_organizations().possessive(text, *one.span()) or one.span()
        if one[0] in companies or (start, end) != one.span():
            legal = _LEGAL_FORM.match(text, end)
            end = legal.end() if legal else end
            if all(start <= name.start and name.end <= end for name in names if name.start < end and start < name.end):
                yield Name(start, end, text[start:end], "ORG")


def _is_company(text: str, one: re.Match[str], names: list[Name]) -> bool:
    if _LEGAL_FORM.match(text, one.end()):
        return True
    owner = one[0][:-2]
    if ends_in_rank(text[max(0, one.start() - _LONGEST_RANK) : one.start()]):
        return False
    known = known_organizations().usual(one[0]) is not None
    is_person = any(name.start == one.start() and name.label == "PERSON" for name in names)
    if not known and not (is_person and _BUSINESS.match(text, one.end())):
        return False
    full = any(name.text.endswith(f" {owner}") for name in names)
    return not full and not re.search(rf"\b{owner}\b(?!['’]s)", text)
