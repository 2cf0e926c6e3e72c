"""A generated corpus of varied stories, made from this module's own templates and vocabulary.

The same number and seed give the same stories. Lengths are log-normal around a median of 400 words, as on a wire;
agencies differ in their datelines, quotation marks and boilerplate.

usage: python -m bench.corpus N [SEED] > stories.jsonl
"""

import json
import math
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

MEDIAN_WORDS = 400
_SPREAD = 0.55
_LONGEST = 2_500
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

GIVEN = [
    "Amara",
    "Bruno",
    "Celeste",
    "Dmitri",
    "Elena",
    "Farouk",
    "Greta",
    "Hiroshi",
    "Ingrid",
    "Jonas",
    "Kavita",
    "Liam",
    "Mercedes",
    "Nadia",
    "Oluwaseun",
    "Petra",
    "Quentin",
    "Rosa",
    "Samuel",
    "Tomas",
    "Ursula",
    "Viktor",
    "Wanjiru",
    "Xavier",
    "Yusuf",
    "Zofia",
    "Anton",
    "Beatriz",
    "Chen",
    "Daniela",
    "Emeka",
    "Fatima",
    "Gustavo",
    "Helena",
    "Igor",
    "Jacinta",
    "Kofi",
    "Leila",
    "Marek",
    "Noor",
]
FAMILY = [
    "Abara",
    "Bellini",
    "Castellanos",
    "Dvorak",
    "Eriksen",
    "Fontaine",
    "Grigoryan",
    "Haddad",
    "Ivanov",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Mbeki",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quintero",
    "Ramirez",
    "Silva",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Weber",
    "Yilmaz",
    "Zhang",
    "Adeyemi",
    "Brandt",
    "Cohen",
    "Duarte",
    "Evans",
    "Ferrari",
    "Gupta",
    "Horvath",
    "Ibrahim",
    "Johansson",
    "Kimani",
    "Larsen",
    "Moreau",
    "Novak",
    "Osei",
]
CITIES = [
    ("Geneva", "Switzerland"),
    ("Nairobi", "Kenya"),
    ("Lisbon", "Portugal"),
    ("Jakarta", "Indonesia"),
    ("Warsaw", "Poland"),
    ("Bogota", "Colombia"),
    ("Ottawa", "Canada"),
    ("Cairo", "Egypt"),
    ("Hanoi", "Vietnam"),
    ("Oslo", "Norway"),
    ("Lima", "Peru"),
    ("Accra", "Ghana"),
    ("Athens", "Greece"),
    ("Manila", "Philippines"),
    ("Ankara", "Turkey"),
    ("Dublin", "Ireland"),
    ("Rabat", "Morocco"),
    ("Tbilisi", "Georgia"),
    ("Brussels", "Belgium"),
    ("Montevideo", "Uruguay"),
]
ORGANIZATIONS = """the Finance Ministry;the Central Bank;the Harbour Authority;the Northern Rail Company;the
Election Commission;Meridian Energy;Halden Pharmaceuticals;the Fishermen's Union;the Supreme Court;the
Regional Health Board;Castor Airlines;the Coast Guard;the Teachers' Federation;Orbital Steel;the
Environment Agency;the University of Valmont;Trident Bank;the Football Association""".replace("\n", " ").split(";")
ROLES = """president;prime minister;finance minister;spokesman;chief executive;mayor;director;lawyer;analyst;
union leader;professor;judge;coach;police chief;foreign minister;opposition leader""".replace("\n", "").split(";")
TOPICS = """the new budget;a trade agreement;flood relief;a strike at the port;vaccine supplies;the
coalition talks;a corruption inquiry;interest rates;the border dispute;a rail link;school reform;grain
exports;the ceasefire;fuel prices;a merger;the national team;water shortages;a data leak""".replace("\n", " ").split(
    ";"
)
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SAID = [
    "said",
    "told reporters",
    "added",
    "argued",
    "warned",
    "insisted",
    "explained",
    "noted",
    "claimed",
    "announced",
]
CLAIMS = """we cannot accept another year of delays;the figures speak for themselves;nobody should be left
behind;the decision was taken after long consultations;there is no plan to raise taxes before next
spring;every family that lost its home will be compensated;our patience is not without end;the talks were
constructive and will continue;the company will cooperate fully with the authorities;this is the largest
investment the region has ever seen;mistakes were made and we have learned from them;it would be wrong to
speculate while the inquiry is open;the agreement protects jobs on both sides of the border""".replace("\n", " ").split(
    ";"
)
FACTS = """{org} expects costs to rise by {n} percent this year, up from {m} percent in {year}.
More than {big} people have signed a petition against the plan, which parliament is to debate on {day}.
The two countries have been at odds over {topic} since {year}, when a first round of talks collapsed.
Shares of {org2} fell {m} percent in early trading in {city} before recovering some of their losses.
{org} had asked for {n} million euros, but was granted less than half of that sum.
Residents of {city} and of smaller towns along the coast spent the night without electricity.
The vote, the closest in {n} years, was followed by protests in {city2}, where police made {m} arrests.
An earlier report by {org2} found that only one in {m} projects had been finished on time.
{family}, who took office in {year}, has made {topic} a priority of the government in {country}.
Negotiators worked through the weekend on {topic}, though few in {city2} expected a quick result.
The measure must still be approved by {org}, which meets in {city} at the end of the month.
Analysts in {city2} doubt that {country} can meet the target before {year2}.""".splitlines()
LEADS = """{name}, the {role} of {country}, met representatives of {org} in {city} on {day} to discuss {topic}.
{org} said on {day} it would review {topic} after weeks of criticism from {org2} and others in {country}.
Thousands marched through {city} on {day} to demand that {name} resign over {topic}.
A court in {city} on {day} ordered {org} to pay {n} million euros in a case about {topic}.
{country} and its neighbours agreed on {day} to reopen talks on {topic}, the {role} {name} announced.""".splitlines()
MARKS = [("“", "”"), ('"', '"'), ("“", "”"), ("``", "''"), ("«", "»"), ("‘", "’")]
AGENCIES = ["NWA", "Continental Press", "Meridian News", "ATN", "Coastal Wire"]


def stories(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield ``count`` stories as ninjs 1.x objects."""
    chance = random.Random(seed)
    for number in range(count):
        yield _story(number, seed, chance)


def versions(count: int, number: int, changed: float, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield ``count`` stories in each of ``number`` versions: all first versions, then all second ones, and so on.

    Each version has other paragraphs than the one before in place of some, which make up that share of its words:
    agencies send a story again with a new lead and some paragraphs rewritten.
    """
    chance = random.Random(seed)
    now = list(stories(count, seed))
    fresh = (text for story in stories(count * number, seed + 1) for text in story["body_text"].split("\n")[1:])
    yield from map(dict, now)
    for version in range(2, number + 1):
        for story in now:
            paragraphs = story["body_text"].split("\n")
            wanted = changed * len(story["body_text"].split())
            for place in chance.sample(range(len(paragraphs)), len(paragraphs)):
                if wanted < len(paragraphs[place].split()) / 2:
                    break
                wanted -= len(paragraphs[place].split())
                paragraphs[place] = next(fresh)
            later = datetime.fromisoformat(story["versioncreated"]) + timedelta(hours=1)
            story |= {
                "version": str(version),
                "versioncreated": later.isoformat().replace("+00:00", "Z"),
                "body_text": "\n".join(paragraphs),
            }
            yield dict(story)


def _story(number: int, seed: int, chance: random.Random) -> dict[str, Any]:
    cast = [(chance.choice(GIVEN), chance.choice(FAMILY), chance.choice(ROLES)) for _ in range(3)]
    (city, country), (city2, _) = chance.sample(CITIES, 2)
    org, org2 = chance.sample(ORGANIZATIONS, 2)
    topic, agency, marks = chance.choice(TOPICS), chance.choice(AGENCIES), chance.choice(MARKS)
    words = {"city": city, "city2": city2, "country": country, "org": org, "org2": org2, "topic": topic}
    created = _BEGIN + timedelta(minutes=7 * number)
    lead = _filled(chance.choice(LEADS), words, cast[0], chance)
    paragraphs = [_dateline(city, agency, created, chance) + lead[0].upper() + lead[1:]]
    wanted = min(_LONGEST, chance.lognormvariate(math.log(MEDIAN_WORDS), _SPREAD))
    written = len(paragraphs[0].split())
    while written < wanted:
        paragraphs.append(_paragraph(words, cast, marks, chance))
        written += len(paragraphs[-1].split())
    if chance.random() < 0.15:
        paragraphs[len(paragraphs) // 2] += " Advertisement"
    return {
        "uri": f"urn:bench:{seed}:{number:06}",
        "version": "1",
        "versioncreated": created.isoformat().replace("+00:00", "Z"),
        "headline": f"{country}: {cast[0][1]} under pressure over {topic}",
        "byline": " ".join(cast[2][:2]),
        "urgency": chance.randint(2, 8),
        "language": "en",
        "located": city,
        "infosources": [{"name": agency}],
        "subject": [{"name": topic.removeprefix("the ").removeprefix("a "), "code": f"bench:{TOPICS.index(topic)}"}],
        "body_text": "\n".join(paragraphs),
    }


def _dateline(city: str, agency: str, created: datetime, chance: random.Random) -> str:
    return chance.choice(
        (
            f"{city.upper()}, {created:%b} {created.day} ({agency}) -- ",
            f"{city.upper()} ({agency}) — ",
            f"{city.upper()}, {created.day} {created:%B} {created.year} ({agency}) - ",
            "",
        )
    )


def _paragraph(
    words: dict[str, str], cast: list[tuple[str, str, str]], marks: tuple[str, str], chance: random.Random
) -> str:
    given, family, role = who = chance.choice(cast)
    facts = [_filled(fact, words, who, chance) for fact in chance.sample(FACTS, chance.randint(1, 3))]
    opening, closing = marks
    claim, claim2 = chance.sample(CLAIMS, 2)
    said = chance.choice(SAID)
    quoted = chance.choice(
        (
            f"{opening}{claim[0].upper()}{claim[1:]},{closing} {family} {said}.",
            f"{opening}{claim[0].upper()}{claim[1:]},{closing} said {given} {family}, the {role}. "
            f"{opening}{claim2[0].upper()}{claim2[1:]}.{closing}",
            f"{given} {family} {said} that {claim}, adding that {opening}{claim2}.{closing}",
            f"According to {words['org']}, {claim}.",
            f"The {role} {said} {claim} and called the plan {opening}a step too far{closing}.",
        )
    )
    parts = [*facts, quoted] if chance.random() < 0.6 else facts
    chance.shuffle(parts)
    return " ".join(part[0].upper() + part[1:] for part in parts)


def _filled(template: str, words: dict[str, str], who: tuple[str, str, str], chance: random.Random) -> str:
    given, family, role = who
    return template.format(
        **words,
        name=f"{given} {family}",
        family=family,
        role=role,
        day=chance.choice(DAYS),
        n=chance.randint(3, 95),
        m=chance.randint(2, 40),
        big=f"{chance.randint(2, 90)},000",
        year=chance.randint(2001, 2023),
        year2=chance.randint(2026, 2040),
    )


def main() -> None:
    """Write the corpus to standard output, one object a line."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for story in stories(count, seed):
        sys.stdout.write(json.dumps(story, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
