"""The items of each round: new stories, newer versions, kills, copies from another agency, orders in words, bad items.

Of the stories with orders one is killed by another message that names it, one is held by its own words and released
by its next version, and one keeps what another agency orders about it.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from bench.corpus import stories

NEW = 14
ORDERED = 3
Item = dict[str, Any]


def rounds(seed: int) -> Iterator[list[bytes]]:
    """Yield the items of each round, without end. The same seed gives the same items."""
    random = Random(seed)
    generated = stories(1_000_000, seed)
    known: list[Item] = []
    number = 0
    while True:
        items = [_newer(earlier, random) for earlier in random.sample(known, min(6, len(known)))]
        firsts = [item for item in known if item["pubstatus"] == "usable" and item["version"] == "1"]
        items += [_copy(story) for story in random.sample(firsts, min(2, len(firsts)))]
        fresh = [_story(next(generated), seed, number + n, random) for n in range(NEW)]
        number += NEW
        known = [item for item in known if item["uri"] not in {each["uri"] for each in items}][-60:]
        known += [item for item in items if "copy" not in item["uri"]] + fresh
        fresh += _ordered([_story(next(generated), seed, number + n, random) for n in range(ORDERED)])
        number += ORDERED
        lines = [json.dumps(item).encode() for item in [*items, *fresh]]
        lines.append(f'{{"uri": "urn:chaos:{seed}:bad:{number}", "headline": "No body"}}'.encode())
        random.shuffle(lines)
        yield lines


def _story(generated: Item, seed: int, number: int, random: Random) -> Item:
    # Months apart, so that indices are made in the middle of it.
    created = f"2024-{random.randint(1, 9):02}-{random.randint(1, 28):02}T08:00:00Z"
    about = {"version": "1", "versioncreated": created, "firstcreated": created, "pubstatus": "usable"}
    return {**generated, "uri": f"urn:chaos:{seed}:{number:06}", **about}


def _newer(item: Item, random: Random) -> Item:
    version = int(item["version"]) + 1
    newer = {**item, "version": str(version), "versioncreated": item["versioncreated"].replace("T08", "T09")}
    if random.random() < 0.25:
        return {**newer, "pubstatus": "canceled"}
    paragraphs = item["body_text"].split("\n")
    kept = paragraphs[: max(2, len(paragraphs) - random.randint(0, 3))]
    return {**newer, "headline": f"{item['headline']} ({version})", "body_text": "\n".join(kept)}


def _ordered(stories: list[Item]) -> list[Item]:
    """Return three stories, and the messages with orders about them."""
    killed, held, kept = ({**story, "slugline": f"ORDER{story['uri'][-6:]}-SLUG"} for story in stories)
    later = held["versioncreated"].replace("T08", "T09")
    foreign = [{"name": "Third Agency"}]
    return [
        killed,
        _kill(killed, killed["infosources"]),
        {**held, "headline": f"HOLD: {held['headline']}"},
        {**held, "versioncreated": later},
        kept,
        _kill(kept, foreign),
    ]


def _kill(item: Item, infosources: Any) -> Item:
    """Return a message that orders in words to kill a story."""
    order = {**item, "uri": f"{item['uri']}:order", "headline": "KILL", "infosources": infosources}
    return {**order, "body_text": f"Editors, please kill the story {item['slugline']}. A kill is mandatory."}


def _copy(item: Item) -> Item:
    return {**item, "uri": f"{item['uri']}:copy", "infosources": [{"name": "Second Agency"}]}
