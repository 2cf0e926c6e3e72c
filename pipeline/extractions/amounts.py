"""Amounts of money, and quantities with a unit: "$18 billion", "41 years", "3.2 million barrels a day"."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pipeline.errors import ConfigurationError
from pipeline.extractions.contract import Extraction, Filter
from pipeline.span import Mention
from pipeline.value import is_absent

_LARGE = 1_000
_GREATEST = 1e18
"""Nothing that a story counts is more; hundreds of digits are no number in JSON."""
MONEY = "money"
"""The unit of an amount of money."""
_DOLLAR = "$"
"""The currency of dollars whose country the words leave open."""
_BEGIN = r"(?<![\w.,/$€£¥₹-])"
_DIGITS = r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+[ -]\d/\d\d?|\d+)(?![.,/]?\d)"
_WITH_SCALE = {"a": 1.0, "an": 1.0, "one": 1.0, "half a": 0.5}
"""Numbers that count only before a scale: "half a million"."""
_LANGUAGES = Path(__file__).parent.parent / "languages"


class Amount(Mention):
    """A number with its unit.

    ``unit`` is ``money`` or a unit in English (``barrel``), ``currency`` an ISO 4217 code unless the words leave it
    open, ``per`` what it is counted by (``day``), and ``of`` the words for what it measures, if the parse tells.
    """

    value: float
    unit: str
    currency: Annotated[str | None, Field(exclude_if=is_absent)] = None
    per: Annotated[str | None, Field(exclude_if=is_absent)] = None
    of: Annotated[str | None, Field(exclude_if=is_absent)] = None

    def __str__(self) -> str:
        """Return it in words, as lists show it: ``3,200,000 barrel / day: crude oil``."""
        number = f"{self.value:,.0f}" if self.value.is_integer() else f"{self.value:,g}"
        measured = f"{number} {self.currency or self.unit}" + (f" / {self.per}" if self.per else "")
        return f"{measured}: {self.of}" if self.of else measured


@dataclass(frozen=True)
class Grammar:
    """The amounts of a language: its patterns, and what their words mean."""

    patterns: tuple[re.Pattern[str], re.Pattern[str]]
    meaning: Mapping[str, list[tuple[re.Pattern[str], Any]]]
    numbers: Mapping[str, int]
    scales: Mapping[str, float]
    per: Mapping[str, str]
    doubtful: Sequence[str]


def amounts_in(text: str, grammar: Grammar, dollars: str | None = "USD") -> Iterator[Amount]:
    """Yield the amounts of a text. ``dollars`` is the currency of "$" and "dollars", None if it is open."""
    matches = [match for pattern in grammar.patterns for match in pattern.finditer(text)]
    done = 0
    for match in sorted(matches, key=re.Match.start):
        start, end = match.span()
        if start < done:
            # "EUR 5 million euros" is one amount.
            continue
        done = end
        groups = {name: words for name, words in match.groupdict().items() if words}
        value = _value(groups, grammar)
        if value is None or (value < _LARGE and groups.get("name") in grammar.doubtful):
            continue
        unit, currency, per = _measure(groups, grammar)
        if currency == _DOLLAR:
            currency = dollars
        if words := groups.get("by") or groups.get("adverb"):
            per = grammar.per.get(words.lower(), words.lower())
        yield Amount(start=start, end=end, text=match[0], value=value, unit=unit, currency=currency or None, per=per)


def _measure(groups: Mapping[str, str], grammar: Grammar) -> tuple[str, str | None, str | None]:
    """Return the unit, the currency and what it is counted by."""
    for name in ("sign", "name"):
        if words := groups.get(name):
            return MONEY, _meant(words, grammar.meaning[name]), None
    if code := groups.get("code"):
        return MONEY, code, None
    if words := groups.get("rate"):
        unit, per = _meant(words, grammar.meaning["rate"])
        return unit, None, per
    plural = groups.get("plural")
    return _meant(plural or groups["singular"], grammar.meaning["plural" if plural else "singular"]), None, None


def _meant(words: str, meanings: list[tuple[re.Pattern[str], Any]]) -> Any:
    return next(meaning for pattern, meaning in meanings if pattern.fullmatch(words))


def _value(groups: Mapping[str, str], grammar: Grammar) -> float | None:
    digits, words = groups.get("digits"), groups.get("words", "").lower()
    value: float
    if digits:
        whole, *fraction = re.split("[ /-]", digits)
        value = float(whole.replace(",", ""))
        if fraction:
            over, under = map(int, fraction)
            value += over / under if under else 0
    elif words in _WITH_SCALE:
        value = _WITH_SCALE[words]
    else:
        tens, _, ones = words.partition("-")
        value = grammar.numbers[tens] + grammar.numbers.get(ones, ones == "one")
    scale = groups.get("scale") or groups.get("short")
    if words in _WITH_SCALE and not scale:
        # "One day" is no amount, and "a week" is seldom one.
        return None
    value *= grammar.scales[scale.lower()] if scale else 1
    # Of decimals only those that were written are kept: 5.2 million is 5,200,000.
    return round(value, 6) if value < _GREATEST else None


@cache
def grammar_of(code: str) -> Grammar:
    """Return the grammar of a language (``en``), whose folder has ``amounts.toml``."""
    words = tomllib.loads((_LANGUAGES / code / "amounts.toml").read_text(encoding="utf-8"))
    numbers, scales = words["numbers"], words["scales"]
    worded = "|".join(sorted(numbers, key=len, reverse=True))
    scale = rf"(?P<scale>(?i:{'|'.join(sorted(scales, key=len, reverse=True))})\b)"
    plural, singular = ("|".join(forms[n] for forms in words["units"].values()) for n in (0, 1))
    per, codes = words["per"], "|".join(words["codes"])
    number = rf"(?:{_DIGITS}|(?P<words>(?i:half a|an?|one|(?:{worded})(?:-(?:one|{worded}))?)))"
    money = (
        rf"(?:(?P<sign>{_any(words['signs'])})\s?|(?P<code>{codes})\s){_DIGITS}"
        rf"(?:[\s-]?{scale}|(?P<short>(?i:{'|'.join(words['short_scales'])})\b))?(?![\w%])"
    )
    quantity = (
        rf"{number}(?:[\s-]?{scale})?(?:[\s-](?P<name>{_any(words['currencies'])})\b|\s(?P<code>{codes})\b"
        rf"|\s?(?P<rate>{_any(words['rates'])})\b|(?:\s|(?=[%°])|(?<=\d)(?=[A-Za-z]))(?P<plural>{plural})(?!\w)"
        rf"|-(?P<singular>{singular})(?!\w|-\d))"
    )
    counted = rf"(?:\s(?:{per['words']})[\s-](?P<by>{per['units']})\b|\s(?P<adverb>{'|'.join(per['adverbs'])})\b)?"
    end = rf"{counted}(?!\s(?:{words['dates']['after']})\b)"
    meaning = {
        "sign": _table(words["signs"]),
        "name": _table(words["currencies"]),
        "rate": _table(words["rates"]),
        "plural": [(re.compile(forms[0]), unit) for unit, forms in words["units"].items()],
        "singular": [(re.compile(forms[1]), unit) for unit, forms in words["units"].items()],
    }
    return Grammar(
        (re.compile(_BEGIN + money + end), re.compile(_BEGIN + quantity + end)),
        meaning, numbers, scales | words["short_scales"], per["adverbs"],
        words["doubtful"],
    )  # fmt: skip


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


def _table(rows: Mapping[str, Any]) -> list[tuple[re.Pattern[str], Any]]:
    return [(re.compile(names), meaning) for names, meaning in rows.items()]


_COMPARED = re.compile(r"\s*(?P<sign>>=?|<=?)?\s*(?P<first>.+?)(?:\s*\.\.\s*(?P<last>.+?))?\s*")
_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


def read(text: str) -> str:
    """Return the amount that a filter asks for. Raises ConfigurationError for a text that is none."""
    _condition(text)
    return " ".join(text.split())


def _condition(text: str) -> dict[str, Any]:
    """Return what Elasticsearch is asked for ``>$1bn``, ``<= 100 km``, ``$1bn..$2bn`` or ``41 years``."""
    parts = _COMPARED.fullmatch(text)
    first, last = (_one(parts[name]) if parts and parts[name] else None for name in ("first", "last"))
    if parts is None or first is None or (parts["last"] and (last is None or parts["sign"])):
        raise ConfigurationError(f'amount: "$18 billion", ">100 km", "<=5%" or "$1bn..$2bn", not {text!r}')
    within = {"gte": first.value, "lte": (last or first).value}
    bounds = {_BOUNDS[parts["sign"]]: first.value} if parts["sign"] else within
    terms = {name: value for name in ("unit", "currency", "per") if (value := getattr(first, name))}
    must: list[dict[str, Any]] = [{"range": {"amounts.value": bounds}}]
    must += [{"term": {f"amounts.{name}": value}} for name, value in terms.items()]
    return {"nested": {"path": "amounts", "query": {"bool": {"filter": must}}}}


def _one(text: str) -> Amount | None:
    """Return the amount that is the whole text."""
    found = list(amounts_in(text, grammar_of("en")))
    return found[0] if len(found) == 1 and found[0].text == text.strip() else None


AMOUNTS = Extraction(
    name="amounts",
    value=Amount,
    mapping={
        "type": "nested",
        "properties": {
            "value": {"type": "double"},
            "unit": {"type": "keyword"},
            "currency": {"type": "keyword"},
            "per": {"type": "keyword"},
            "start": {"type": "integer", "index": False},
            "end": {"type": "integer", "index": False},
            "text": {"type": "text"},
            "of": {"type": "text"},
        },
    },
    filter=Filter(
        name="amount",
        finds="an amount of money or a quantity",
        metavar="AMOUNT",
        read=read,
        condition=_condition,
        examples=("$18 billion", ">100 km", "<=5%", "$1bn..$2bn"),
    ),
)
