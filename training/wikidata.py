"""Write ``pipeline/identity/wikidata.json``: the Wikidata identifiers of countries and of members of the US Congress.

The lists are those of datasets/country-codes (PDDL) and unitedstates/congress-legislators (CC0).
"""

import json
from pathlib import Path

from pipeline.languages.en.entities.entity_keys import key_of

KNOWLEDGE = Path(__file__).parent.parent.parent / "shared" / "data" / "knowledge"
OUT = Path(__file__).parent.parent / "pipeline" / "identity" / "wikidata.json"


def main() -> None:
    """Read the lists, and write the file."""
    countries = map(json.loads, (KNOWLEDGE / "countries.jsonl").read_text(encoding="utf-8").splitlines())
    geonames = {each["geonameid"]: each["wikidata"] for each in countries if each["geonameid"] and each["wikidata"]}
    people: dict[str, set[str]] = {}
    for line in (KNOWLEDGE / "us-legislators.jsonl").read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        for given in filter(None, (each["first"], each["nickname"])):
            people.setdefault(key_of(f"{given} {each['last']}", "PERSON"), set()).add(each["wikidata"])
    legislators = {key: next(iter(found)) for key, found in sorted(people.items()) if len(found) == 1}
    OUT.write_text(json.dumps({"geonames": geonames, "legislators": legislators}, ensure_ascii=False, indent=0) + "\n")
    print(OUT.name, len(geonames), len(legislators))


if __name__ == "__main__":
    main()
