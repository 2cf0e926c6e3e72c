"""Find the offices that a story says a person holds: "French foreign minister", "chairman of the Fed"."""

import re
from collections.abc import Iterable, Iterator

from pipeline.languages.en.entities.recognised_names import Name

_OFFICES = (
    "president|vice president|vice-president|prime minister|foreign minister|minister|premier|chancellor|king|queen|"
    "prince|pope|secretary|undersecretary|secretary-general|senator|congressman|congresswoman|governor|mayor|"
    "ambassador|envoy|spokesman|spokeswoman|spokesperson|chairman|chairwoman|chief|director|director-general|general|"
    "commander|leader|judge|justice|prosecutor|coach|manager|captain|commissioner|speaker|professor|economist|analyst|"
    "executive|archbishop|cardinal|bishop|secretary of state|chief executive|attorney general|representative|adviser|"
    "lawyer|editor|striker|goalkeeper|midfielder|defender"
)
_OF = r"(?:\s+(?:of|for)\s+(?:the\s+)?[\w'’-]+(?:\s+(?:and\s+)?[A-Z][\w'’-]+){0,3})?"
_MODIFIER = (
    r"(?:(?:[A-Z][\w.'’-]*|deputy|vice|prime|foreign|finance|defen[cs]e|interior|chief|senior|acting|former)\s+)"
)
_BEFORE = re.compile(rf"(?<![\w-])({_MODIFIER}{{0,4}}(?i:{_OFFICES}){_OF})\s+$")
_AFTER = re.compile(
    r",\s+(?:(?:the|a|an|his|her|its|their|who is|who was)\s+)?"
    rf"((?:[\w.'’-]+\s+){{0,3}}?(?:{_OFFICES}){_OF})(?=[,.;)]|\s+(?:and|who|said)\b)"
)
_OFFICE_WORD = re.compile(
    rf"(?i:{_OFFICES}|deputy|vice|prime|foreign|finance|defen[cs]e|interior|chief|senior|acting|former)"
)
_OFFICE_PHRASE = re.compile(rf"(?:[\w'-]+ ){{0,2}}(?:{_OFFICES})")
_NO_MODIFIERS = frozenset(
    "even for during outgoing visiting then currently when after before with while as but and if".split()
)
_SHORT = {"sen": "senator", "gov": "governor", "rep": "representative", "gen": "general"}
_ABBREVIATED = re.compile(r"(?<!\w)(Sen|Gov|Rep|Gen)\.\s+$")
_LONGEST = 80
_REACH = 90
_MOST_MENTIONS = 6
_MOST_ROLES = 4


def roles(text: str, mentions: Iterable[Name]) -> tuple[str, ...]:
    """Return the offices that stand beside a person's mentions, each once, in the order of the text."""
    found = dict.fromkeys(role for name in [*mentions][:_MOST_MENTIONS] for role in _beside(text, name))
    return tuple(found)[:_MOST_ROLES]


def _beside(text: str, name: Name) -> Iterator[str]:
    line = text.rfind("\n", 0, name.start) + 1
    before = text[max(line, name.start - _REACH) : name.start]
    if short := _ABBREVIATED.search(before):
        yield _SHORT[short[1].lower()]
    elif stated := _BEFORE.search(before):
        yield from _plain(stated[1])
    if stated := _AFTER.match(text, name.end, name.end + _REACH):
        yield from _plain(stated[1])


def _plain(role: str) -> Iterator[str]:
    """Yield the role in the form that stories share: "French foreign minister", "US secretary of state"."""
    words = role.replace("U.S.", "US").split()
    while words and words[0].casefold() in _NO_MODIFIERS:
        del words[0]
    plain = " ".join(word.lower() if _OFFICE_WORD.fullmatch(word) else word for word in words)
    # "the spokesman for Prime Minister …" says what the person is whose name follows.
    _, _, last = plain.rpartition(" for ")
    plain = last if _OFFICE_PHRASE.fullmatch(last) else plain
    if plain and len(plain) <= _LONGEST and not plain.isupper():
        yield plain.replace("secretary general", "secretary-general").replace("of State", "of state")
