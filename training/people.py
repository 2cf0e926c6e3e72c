"""Write ``pipeline/knowledge/people.json``: given names by gender, and surnames, from Faker.

Only names in Latin letters, each with and without its accents. A given name has a gender if at least three times as
many of Faker's countries list it for that gender as for the other.
"""

import json
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from faker.providers import person

OUT = Path(__file__).parent.parent / "pipeline" / "annotate" / "entities" / "people.json"
FEMALE = ("first_names_female", "first_female_names")
MALE = ("first_names_male", "first_male_names")
SURNAMES = ("last_names", "last_names_male", "last_names_female", "last_romanized_names")
CLEARLY = 3


def main() -> None:
    """Count in how many countries each name is used, and write the file."""
    female, male, surnames = (counted(kinds) for kinds in (FEMALE, MALE, SURNAMES))
    both = {name for name in female | male if not clear(name, female, male) and not clear(name, male, female)}
    lists = {
        "female": {name for name in female if clear(name, female, male)},
        "male": {name for name in male if clear(name, male, female)},
        "both": both,
        "surnames": set(surnames),
    }
    OUT.write_text(json.dumps({kind: sorted(names) for kind, names in lists.items()}, ensure_ascii=False) + "\n")
    print(OUT.name, {kind: len(names) for kind, names in lists.items()})


def clear(name: str, one: Counter[str], other: Counter[str]) -> bool:
    """Return whether a name is far more common as one than as the other."""
    return one[name] >= CLEARLY * max(other[name], 1 / CLEARLY)


def counted(kinds: Iterable[str]) -> Counter[str]:
    """Return the number of Faker's countries that have each name."""
    counts: Counter[str] = Counter()
    for module in pkgutil.iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{module.name}").Provider
        words = {form for kind in kinds for name in getattr(provider, kind, ()) for form in forms(name)}
        counts.update(words)
    return counts


def forms(name: str) -> Iterator[str]:
    """Return a name in Latin letters with and without its accents; nothing for other scripts."""
    if re.fullmatch(r"[^\W\d_][\w'’-]+", name) and name[0].isupper():
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        if all("LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha()):
            yield from {name, plain}


if __name__ == "__main__":
    main()
