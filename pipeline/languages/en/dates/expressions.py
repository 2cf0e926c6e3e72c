"""The grammar of dates: what counts as an expression, and of which kind.

Each rule is a regular expression with named groups; ``resolution`` turns its matches into values. At one place the
first rule that matches decides, so longer expressions come before their parts.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty".split()
    )
} | {"a": 1, "an": 1, "couple": 2, "dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
     "seventy": 70, "eighty": 80, "ninety": 90}  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_LONG_MONTH = (
    r"(?:(?:January|February|April|June|July|August|September|October|November|December)|(?-i:MARCH|MAY|March|May))\b"
)
_MONTH = r"(?:" + _LONG_MONTH + r"|(?:(?:Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|(?-i:Mar|MAR))\b\.?)"
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_SHORT_WEEKDAY = r"(?<!the\s)(?-i:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\."
"""Capitalised, for "the judges sat." and "the Sun." are no days."""
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)(?!\d|[,.]\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|:\d|[.,]\d)"
_JOINT = r"(?:,?\s(?:and|or|to|until|through)\s|,\s|\s?[-–—]\s?)"
"""What joins the days of a list: "April 3, 10 and 17", "3-10 April"."""
_LISTED = r"(?:" + _WEEKDAY + r",?\s)?(?:the\s)?" + _DAY + r"\b"
_PART = r"(?:morning|afternoon|evening|night|dawn|noon|midnight|midday|lunchtime)"
_NUMBER = (
    r"(?:\d{1,3}|an?|couple(?:\sof)?|(?:twenty|thirty|forty|fifty)(?:-\w+)?|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_UNIT = r"(?:day|week|month|quarter|year|decade)"
_UNITS = r"(?:days?|weeks?|months?|quarters?|years?)"
_ZONE = r"\(?(?:local\stime|GMT|UTC|EST|EDT|CST|CDT|MST|MDT|PST|PDT|CET|CEST|BST|JST|IST|ET|PT)\b\)?"
_CLOCK = (
    r"(?:(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?P<hour12>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?:\so['’]clock)?\s"
    r"(?:in\sthe\s(?P<half12>morning|afternoon|evening)|at\s(?P<night>night))\b"
    r"|(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?!:?\d)"
    r"|(?P<military>[01]\d[0-5]\d|2[0-3][0-5]\d)(?=\s?(?:GMT|UTC|hours|local\stime)\b)"
    r"|(?:(?<=\bat\s)|(?<=\bby\s)|(?<=\buntil\s)|(?<=\bbefore\s)|(?<=\bafter\s)|(?<=\baround\s)|(?<=\bto\s))"
    r"(?P<named>noon|midnight|midday)\b)"
)
_EARLY = r"(?:(?P<modifier>early|earlier|late|later|mid)[\s-]+(?:in\s|on\s)?)?"
_END = r"(?:(?:the\s)?(?P<edge>end|beginning|start|middle)\sof\s)?"
_AFTER_CLOCK = (
    r"(?:\s?" + _ZONE + r")?(?:\s?\(\d{4}\s?(?:GMT|UTC)\))?"
    r"(?:,?\s(?:on\s)?(?:(?P<weekday>" + _WEEKDAY + r")\b|(?P<deictic>today|tomorrow|yesterday)\b"
    r"|(?P<month>" + _MONTH + r")\s(?P<day>" + _DAY + r")\b))?"
)
_COUNTED = (
    r"(?!\s(?:people|percent|per\scent|troops|soldiers|meters|metres|feet|miles|dollars|yen|euros|pounds|tons|tonnes"
    r"|workers|points|stories|students|members|kilometers|km|GMT|UTC|hours|others|words|votes|shares|employees|jobs"
    r"|years|children|women|men|residents|victims|homes|houses|prisoners|refugees|delegates|deaths|cases)\b)"
)
"""What follows a number that is no year."""
_NO_DAY = r"(?!(?<=\w\s)(?-i:Today\b)|(?<=(?<!\bas\s)of\s)(?:today|tomorrow)\b(?!['’]))"
"""Newspapers and programmes named "Today", and the people of tomorrow."""
_NO_TITLE = r"(?!(?-i:(?:This|Last|Next)\s[A-Z][a-z]))"
_SPOKEN_YEAR = (
    r"(?P<tens>nineteen|eighteen|twenty)\s(?P<ones>(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen)"
)


class Rule(NamedTuple):
    """A kind of expression and its pattern."""

    kind: str
    pattern: re.Pattern[str]


def _rule(kind: str, *parts: str) -> Rule:
    return Rule(kind, re.compile("".join(parts), re.I))


RULES = (
    _rule("iso", r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T\s](?P<time>\d\d:\d\d))?(?!\d)"),
    _rule("clock", r"(?<![\d:.,$€£])", _CLOCK, _AFTER_CLOCK),
    _rule("numeric", r"(?<![\w/.-])(?P<first>\d\d?)[/.-](?P<second>\d\d?)[/.-](?P<year>", _YEAR, r")(?![/-])"),
    _rule(
        "date",
        r"\b(?:", _WEEKDAY, r",?\s(?:the\s)?|(?P<week>(?:the\s)?week\s(?:of|beginning|starting))\s)?",
        r"(?P<month>", _MONTH, r")\s(?P<day>", _DAY, r")\b",
        r"(?:,?\s(?P<year>", _YEAR, r")",
        r"|(?=(?:", _JOINT, r"(?:", _MONTH, r"\s)?", _DAY, r"\b){1,8},?\s(?P<shared>", _YEAR, r")))?",
    ),
    _rule(
        "date",
        r"\b(?:", _WEEKDAY, r",?\s)?(?:the\s)?",
        r"(?P<day>", _DAY, r")\s(?:of\s)?(?P<month>", _MONTH, r")(?:,?\s(?P<year>", _YEAR, r"))?",
    ),
    _rule(
        "date",
        r"\b(?:", _WEEKDAY, r",?\s)?(?:the\s)?(?P<day>", _DAY, r")",
        r"(?=(?:,\s", _LISTED, r"){0,8}", _JOINT, _LISTED,
        r"\s(?:of\s)?(?P<month>", _MONTH, r")(?!\s\d\d?\b)(?:,?\s(?P<year>", _YEAR, r"))?)",
    ),
    _rule(
        "day_also",
        r"(?:(?<=\d\sand\s)|(?<=\d\sor\s)|(?<=\d\sto\s)|(?<=\d,\s)|(?<=\d[-–—]))(?P<day>", _DAY, r")\b",
        r"(?:,?\s(?P<year>", _YEAR, r")|(?=(?:,\s", _DAY, r")*,?\s(?:and|or)\s(?:", _DAY, r"\b|\D)|\s?[;:.)\n—]|,\s\D"
        r"|\s?$|\s(?:in|at|to|across|but|while|when|with|by|for|between|from|before|after|during|respectively)\b))",
    ),
    _rule("month", r"\b", _EARLY, _END, r"(?P<month>", _MONTH, r")(?:\sof)?,?\s(?P<year>", _YEAR, r")"),
    _rule(
        "month",
        r"\b", _EARLY, _END, r"(?:(?P<which>this|last|next|this\spast|this\scoming|past)\s)?",
        r"(?P<month>", _LONG_MONTH, r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)(?:\s(?:of\s)?(?P<of>this|last|next)\syear)?",
        r"(?!\s?\d)(?:(?=(?:", _JOINT, r"(?:", _MONTH, r"))+,?\s(?P<shared>", _YEAR, r")))?",
    ),
    _rule(
        "weekday",
        r"(?<!every\s)(?<!each\s)\b", _EARLY,
        r"(?:(?P<which>this|last|next|this\spast|this\scoming|coming|the\sfollowing|the\sprevious)\s)?",
        r"(?P<weekday>", _WEEKDAY, r"\b|", _SHORT_WEEKDAY, r")(?:\s(?:(?P<part>", _PART, r")|(?P<later>week))\b(?!-))?",
    ),
    _rule(
        "deictic",
        _NO_DAY, r"\b", _EARLY,
        r"(?P<deictic>today|tonight|tomorrow|yesterday|overnight)\b(?:\s(?P<part>", _PART, r")\b)?",
    ),
    _rule(
        "quarter",
        r"\b(?:the\s)?(?:(?P<of>", _YEAR, r")\s|(?P<ago>year-(?:ago|earlier))\s)?",
        r"(?P<ordinal>first|second|third|fourth)[\s-]quarter\b",
        r"(?:\sof)?(?:\s(?:(?P<year>", _YEAR, r")|(?P<which>this|last|next)\syear))?",
    ),
    _rule("quarter", r"\bQ(?P<ordinal>[1-4])(?:\s(?:of\s)?(?P<year>", _YEAR, r"))?(?!\w)"),
    _rule("year_ago", r"\b(?:the\s|a\s)?year-(?:ago|earlier)\b(?:\s(?:quarter|period))?"),
    _rule(
        "ago",
        r"\b(?:(?:almost|nearly|about|some|only|just|more\sthan|over|around|exactly)\s)?",
        r"(?P<number>", _NUMBER, r")\s(?P<unit>", _UNITS, r")\s",
        r"(?P<way>ago|earlier|before(?=[\s]?[,.;])|later|from\snow|from\stoday)\b",
    ),
    _rule(
        "season",
        r"\b", _EARLY, r"(?P<which>this|last|next|past|this\spast|the|that)\s(?P<season>", _SEASON,
        r")\b(?!\sof\s\D)(?:\sof\s(?P<year>", _YEAR, r"))?",
    ),
    _rule("season", r"\b(?P<season>", _SEASON, r")(?:\sof)?,?\s(?P<year>", _YEAR, r")"),
    _rule(
        "vague",
        r"\b(?:the\s|in\s)?(?:(?P<which>last|past|recent|coming|next)|(?:last|past)\s(?:few|several))\s",
        r"(?:days|weeks|months|quarters|years|decades)\b",
    ),
    _rule("spoken", r"\b(?:the\syear\s)?", _SPOKEN_YEAR, r"\b"),
    _rule(
        "relative",
        _NO_TITLE, r"\b(?:", _EARLY, _END,
        r"(?P<which>this|the\slast|last|the\snext|next|the\spast|past|the\sprevious|previous"
        r"|the\scoming|coming|the\scurrent|current|the\ssame|that\ssame|that|the\sfollowing|the\slatest|the\sprior"
        r"|the(?=\s(?:weekend|quarter)\b))\s",
        r"(?:fiscal\s|calendar\s)?(?P<unit>", _UNIT, r"|weekend|", _PART, r")\b)",
        r"(?!-(?:old|long))(?<!\bthis\sday)(?<!year(?=\send(?:ed|ing)\b))",
        r"(?!\s(?:of\s)?(?:last|the\sprevious|", _YEAR, r")\b)",
    ),
    _rule(
        "relative",
        r"\b(?:", _END, r"(?<=of\s)|(?P<modifier>early|earlier|late|later)\s(?:in\s)?)(?P<which>the)\s(?P<unit>", _UNIT,
        r")\b(?!\s(?:to\s", _MONTH, r"|end(?:ed|ing)\b|\d)|-)",
    ),
    _rule("decade", r"\b", _EARLY, r"(?:the\s)?(?P<decade>(?:1[5-9]|20)\d)0['’]?s\b"),
    _rule(
        "decade",
        r"(?<!\w)(?:", _EARLY,
        r"(?:(?:the\s)?['’‘]|(?<=\d0s\sand\s)|(?<=\d0s\sor\s)|(?<=\d0s,\s))(?P<short>[1-9])0['’]?s"
        r"|the\s(?:(?:early|mid|late)[\s-])?(?P<worded>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties))\b",
    ),
    _rule("century", r"\b(?:the\s)?(?P<century>[12]?\d)(?:st|nd|rd|th)[\s-]century\b"),
    _rule("year", r"(?<![\w$€£.,:/’'])", _EARLY, _END, r"(?P<year>", _YEAR, r")\b(?!['’]s\b)(?![:%/]|-\w+-)", _COUNTED),
    _rule("holiday", r"\b(?:(?P<which>last|this|next|past)\s)?",
          r"(?P<holiday>Thanksgiving|Christmas|New\sYear['’]?s|Halloween|Easter|Good\sFriday|Valentine['’]?s|Independence\sDay|Bastille\sDay|May\sDay|Election\sDay)\b"
          r"(?:\s(?P<day>Day|Eve|Sunday|Monday|week)\b)?(?:,?\s(?P<year>", _YEAR, r"))?"),
    _rule(
        "year_end",
        r"(?:(?<=\bby\s)|(?<=\bat\s)|(?<=\bbefore\s)|(?<=\buntil\s))(?:the\s)?year(?:['’]s)?[\s-]end\b(?!-)",
    ),
    _rule("present", r"\b(?:now|currently|at\spresent|nowadays|at\sthe\smoment|presently|these\sdays)\b"),
    _rule("present", r"\bcurrent\b(?!\saccount)"),
    _rule("past", r"\b(?:(?:more\s)?recently|recent|lately|(?:not\s)?long\sago)\b"),
    _rule(
        "past",
        r"\b(?:in\s)?the\s(?:recent\s)?past\b(?!\s(?:few|several|couple|decades?|century|", _NUMBER,
        r"|", _UNITS, r")\b)",
    ),
    _rule("future", r"\b(?:a\slater\sdate|the\s(?:near|short)\sterm)\b"),
    _rule("future", r"\bin\san?\s(?:day|week|month|year)\sor\s(?:so|two)\b"),
    _rule("future", r"(?<!\bas\s)(?<!\btoo\s)\b(?:soon|shortly)\b(?!\s(?:as|after|before)\b)"),
    _rule("future", r"\b(?:the\s(?:near\s|foreseeable\s|not-too-distant\s)?|in\s)future\b"
          r"(?!\s(?:of|contracts?|prices?)\b)"),
)  # fmt: skip
_AFTER_THE = (
    r"(?:['’‘]?\d|early|late|end|begin|start|middle|following|previous|first|second|third|fourth|last|past|recent"
    r"|coming|next|current|same|latest|prior|short|fiscal|calendar|day|week|month|quarter|year|decade|spring|summer"
    r"|autumn|fall|winter|morning|afternoon|evening|night|dawn|noon|mid|lunch|near|foreseeable|not-too|future|twenties"
    r"|thirties|forties|fifties|sixties|seventies|eighties|nineties)"
)
_BEGINNINGS = (
    r"an?\s(?:day|week|month|quarter|year|couple|later\sdate)",
    r"at\s(?:present|the\smoment)",
    r"in\s(?:an?\s(?:day|week|month|year)\sor|the\s(?:recent\s)?past|future|last|past|recent|coming|next)",
    r"the\s" + _AFTER_THE,
    *r"long\sago not\slong good\sfri independence\sd election\sd new\syear q[1-4]".split(),
    *(
        word + r"\b"
        for word in (
            "early earlier late later mid end beginning start middle this that last next past previous coming current"
            " almost nearly about some only just more over around exactly several many one two three four five six"
            " seven eight nine ten now couple recent these"
        ).split()
    ),
    *(
        "jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun today tonight tomorrow yesterday"
        " overnight first second third fourt eleven twelve twent thirt fort fift sixt sevent eight ninet spring summer"
        " autumn fall winter recently nowadays currently presently lately soon shortly year noon midnight midday"
        " thanksg christ hallow easter valent bastille"
    ).split(),
)
"""What expressions begin with."""


def _begins() -> str:
    """Return a pattern of the beginnings, by first letter: so most words are passed without trying a rule."""
    by_letter = groupby(sorted(_BEGINNINGS), key=itemgetter(0))
    letters = (f"[{letter}{letter.upper()}](?i:{'|'.join(each[1:] for each in some)})" for letter, some in by_letter)
    return rf"(?<!\w)(?=(?-i:['’‘]?\d|{'|'.join(letters)}))"


ALTERNATIVES = "|".join(
    f"(?P<r{number}>{re.sub(r'[(][?]P<[a-z0-9_]+>', '(?:', rule.pattern.pattern)})" for number, rule in enumerate(RULES)
)
_ANY = re.compile(f"{_begins()}(?:{ALTERNATIVES})", re.I)


_AHEAD = re.compile(
    r"(?:\b(?:until|till|by|effective|payable|as\s(?:early|soon|late)\sas|no\slater\sthan|ahead\sof|deadline\sof)"
    r"|\b(?:planned|scheduled|slated|due|expected|called|tentatively)\s(?:for|on|in)|\bset\sfor)"
    r"\s(?:the\s|on\s|early\s|late\s|mid-?|at\s)?$",
    re.I,
)


_BEHIND = re.compile(r"\b(?:(?:since|ended|dated)\s(?:on\s|early\s|late\s|mid-?)?|yesterday,?\s\(?)$", re.I)


class Expression(NamedTuple):
    """An expression: its kind, its offsets, and the groups of its rule that are not empty."""

    kind: str
    start: int
    end: int
    groups: dict[str, str]
    is_ahead: bool
    """Whether the words before it look ahead: "until", "scheduled for"."""
    is_behind: bool
    """Whether the words before it look back: "since", "the year ended"."""


def expressions(text: str) -> Iterator[Expression]:
    """Yield the expressions of a text in order; they do not overlap."""
    for found in _ANY.finditer(text):
        rule = RULES[int((found.lastgroup or "r0")[1:])]
        match = rule.pattern.match(text, found.start())
        if match is None:
            continue
        groups = {name: value.lower() for name, value in match.groupdict().items() if value}
        is_ahead = _AHEAD.search(text, max(0, match.start() - 40), match.start()) is not None
        is_behind = _BEHIND.search(text, max(0, match.start() - 40), match.start()) is not None
        yield Expression(rule.kind, match.start(), match.end(), groups, is_ahead, is_behind)


def numeric_order(expression: Expression) -> Literal["day first", "month first"] | None:
    """Return the order of numeric dates that an expression shows: "25/03/2026", and so "3 April"; else None."""
    groups = expression.groups
    if expression.kind == "numeric":
        first, second = int(groups["first"]) > len(MONTHS), int(groups["second"]) > len(MONTHS)
        return None if first == second else "day first" if first else "month first"
    is_worded = expression.kind == "date" and list(groups).index("day") < list(groups).index("month")
    return "day first" if is_worded else None
