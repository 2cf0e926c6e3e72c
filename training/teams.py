"""Write ``pipeline/knowledge/football.tsv``: clubs with their other names, from openfootball (CC0).

python -m training.teams [--data FOLDER]

One line a club: country, name, other names. Clubs of countries whose leagues wires report on most come first, since
the first of several clubs with one name is meant where nothing else tells.
"""

import argparse
import json
import re
from pathlib import Path

OUT = Path(__file__).parent.parent / "pipeline" / "knowledge" / "football.tsv"
LEADING = (
    "eng es it de fr nl pt sco be tr br ar gr ru ua at ch dk se no pl cz hu ro rs hr bg mx us jp ie wal nir".split()
)
_SECOND_TEAM = re.compile(r"^i+\) ")
_FORMER = re.compile(r"\s+\(\d{4}.*\)$")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="where knowledge is")
    path = parser.parse_args().data / "knowledge" / "football-clubs.jsonl"
    clubs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    clubs = [club for club in clubs if not _SECOND_TEAM.match(club["name"])]
    rank = {country: number for number, country in enumerate(LEADING)}
    clubs.sort(key=lambda club: (rank.get(club["country"], len(rank)), club["country"], club["name"]))
    lines = ["\t".join((club["country"], "|".join(names_of(club)))) for club in clubs]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(OUT.name, len(lines), "clubs")


def names_of(club: dict[str, object]) -> list[str]:
    """Return a club's names, the usual one first."""
    names = [str(club["name"]), *map(str, club["aliases"])]  # type: ignore[call-overload]
    names = [" ".join(_FORMER.sub("", name).replace("|", " ").split()) for name in names]
    return list(dict.fromkeys(name for name in names if len(name) > 2))


if __name__ == "__main__":
    main()
