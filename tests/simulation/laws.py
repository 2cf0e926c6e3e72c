"""What must hold at the end of every run, computed from the items and the indexed stories alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pipeline import topics
from pipeline.derive.relations import FIELDS, derived_fields, is_withdrawn_too, relation
from pipeline.derive.signatures import SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.documents.kinds import PARTS
from pipeline.identity.corrections import Corrections
from pipeline.identity.name_usage import NameUsage
from pipeline.identity.registry import Registry
from pipeline.identity.word import period_of
from pipeline.index.actions import Action
from pipeline.index.derived import signed_story
from pipeline.story import SignedStory, Story, story_id
from tests.lessons import lessons_of
from tests.simulation.scenario import BEGIN, Item
from tests.simulation.system import SPAN, WINDOW, System


def covers(kill: Item, item: Item) -> bool:
    """Return whether a kill applies to a version: up to its number, or to all earlier ones if it has none."""
    return item.version <= kill.version or (kill.version == 1 and item.created <= kill.created)


def shown(items: Sequence[Item], now: float) -> Item | None:
    """Return the version of a story that must be searchable by now."""
    usable = [item for item in items if item.pubstatus == "usable" and (item.embargo is None or item.embargo <= now)]
    top = max(usable, key=lambda item: item.rank, default=None)
    kills = [item for item in items if item.pubstatus != "usable"]
    return None if top is None or any(covers(kill, top) for kill in kills) else top


def _is_withdrawn_copy(item: Item, items: dict[str, list[Item]], now: float) -> bool:
    """Return whether the same text of the same agency was killed in another feed."""
    killed = (found for uri, found in items.items() if uri != item.uri and not shown(found, now))
    texts = (
        max((each for each in found if each.pubstatus == "usable"), key=lambda each: each.rank, default=None)
        for found in killed
    )
    same = (item.source, item.text, item.quotes)
    return bool(item.source) and any(text and (text.source, text.text, text.quotes) == same for text in texts)


class KillWatch:
    """Watches the indices: a killed version must not reappear."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._items: dict[str, list[Item]] = defaultdict(list)
        self._dead: dict[str, set[Item]] = defaultdict(set)
        self.broken: list[str] = []
        for item in system.scenario.items:
            self._items[story_id(item.uri)].append(item)
        system.documents.watch.append(self)

    def __call__(self, action: Action) -> None:
        if not action.index.startswith("wire-stories-"):
            return
        items = self._items[action.id]
        if not items:
            # A story that was given a uri of its own.
            return
        uri = items[0].uri
        if action.document is None:
            record = self._system.documents.records[uri][0]
            ranks = {(each.version, each.pubstatus) for each in record.versions}
            self._dead[uri] |= {i for i in items if i.pubstatus != "usable" and (i.version, i.pubstatus) in ranks}
            return
        version = action.document["version"]
        for kill in self._dead[uri]:
            if any(item.version == version and covers(kill, item) for item in items if item.pubstatus == "usable"):
                self.broken.append(f"{uri}: version {version} is back after its kill")


def broken(system: System) -> Iterator[str]:
    """Return each law that does not hold."""
    yield from map(repr, system.loop.failures)
    stories = {doc["uri"]: doc for doc in system.documents.visible("stories")}
    yield from _letters(system)
    items: dict[str, list[Item]] = defaultdict(list)
    for item in system.scenario.items:
        if not item.bad:
            items[item.uri].append(item)
    shared = items.pop("urn:shared", [])
    apart = [item for uri in ("urn:ordered", "urn:order", "urn:foreign") for item in items.pop(uri, [])]
    now = system.loop.time()
    yield from _separated(shared, stories)
    yield from _ordered(apart, stories)
    wanted = {uri: found for uri, all_of_it in items.items() if (found := shown(all_of_it, now))}
    wanted = {uri: item for uri, item in wanted.items() if not _is_withdrawn_copy(item, items, now)}
    for uri, item in wanted.items():
        if uri in stories:
            yield from _story(stories[uri], item, items[uri])
        else:
            yield f"{uri}: version {item.version} is lost"
    others = ("urn:shared", "urn:ordered", "urn:foreign")
    for uri in stories.keys() - wanted.keys() - {uri for uri in stories if uri.startswith(others)}:
        yield f"{uri}: version {stories[uri]['version']} can be found and should not"
    yield from _relations(system, stories)
    yield from _names(system, stories)
    for kind in PARTS:
        yield from _parts(kind.alias, system, stories)


def _relations(system: System, stories: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what the documents say of one another, and does not follow from the stories that are there."""
    window = SignatureWindow(SPAN)
    texts = {}
    gone = {uri: record.withdrawn for uri, (record, _) in system.documents.records.items() if record.withdrawn}
    for uri, withdrawn in gone.items():
        if withdrawn.signature:
            about = withdrawn.model_dump(include={"origin", "versioncreated", "signature"})
            window.put(SignedStory(uri=f"withdrawn:{uri}", firstcreated=BEGIN, **about), withdrawn=True)
    for uri, doc in stories.items():
        texts[uri] = Comparable.of(
            Story.model_validate({name: doc[name] for name in Story.model_fields if name in doc})
        )
        if signed := signed_story(doc):
            window.put(signed)
    found: dict[str, dict[str, Any]] = {}
    for uri in sorted(stories, key=lambda uri: (datetime.fromisoformat(stories[uri]["versioncreated"]), uri)):
        resemblance = window.resemblance(uri)
        related = relation(texts[uri], resemblance, texts)
        like = [each.removeprefix("withdrawn:") for each in resemblance.withdrawn]
        first = next(((each, gone[each]) for each in like if each != uri), None)
        found[uri] = derived_fields(uri, related, found, first)
        if any(is_withdrawn_too(texts[uri], gone[each]) for each in like if each != uri):
            yield f"{uri} carries a text that its agency has withdrawn"
        says = {name: stories[uri][name] for name in FIELDS if name in stories[uri]}
        if says != found[uri]:
            yield f"{uri} says {says} instead of {found[uri]}"
        if "unfinished" in stories[uri]:
            yield f"{uri}: what belongs to it is unfinished"


def _names(system: System, stories: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield whose names have other identities than all stories and corrections give them, also in what it says."""
    known = [(uri, datetime.fromisoformat(doc["firstcreated"]), doc["name_usage"]) for uri, doc in stories.items()]
    corrected = Corrections.of(each for each, _ in system.documents.corrections.values())
    lessons = lessons_of(known, WINDOW, system.most)
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind in PARTS:
        for part in system.documents.visible(kind.alias):
            parts[part["story"]["uri"]].append(part)
    for uri, created, name_usage in known:
        registry = Registry(lessons.get(period_of(created, WINDOW), {}), corrected)
        outdated = [usage for usage in name_usage if not registry.is_current(NameUsage.parse(usage))]
        if outdated:
            yield f"{uri} has {outdated}, but {registry}"
        if uri in stories and any(_listed(part["story"]) != _listed(stories[uri]) for part in parts[uri]):
            yield f"{uri}: other names stand in what it says"


def _listed(document: dict[str, Any]) -> list[Any]:
    return [document.get(f"{each}{part}") for each in ("people", "organizations", "places") for part in ("", "_keys")]


def _letters(system: System) -> Iterator[str]:
    found = {letter.payload for held in system.log.held[topics.DEAD] for letter in held}
    wanted = {item.payload() for item in system.scenario.items if item.bad}
    for value in wanted - found:
        yield f"no dead letter for {value[:60]!r}"
    for value in found - wanted:
        yield f"a dead letter for {value[:200]!r}"


def _story(doc: dict[str, Any], item: Item, items: Sequence[Item]) -> Iterator[str]:
    if (doc["version"], doc["headline"]) != (item.version, item.headline):
        yield f"{item.uri}: {doc['headline']} can be found instead of {item.headline}"
    if len(doc["quotes"]) != item.quotes:
        yield f"{item.uri}: {len(doc['quotes'])} quotes instead of {item.quotes}"
    history = sorted({(*each.rank, each.pubstatus) for each in items if each.rank <= item.rank})
    listed = [(each["version"], each["pubstatus"]) for each in doc.get("versions", ())]
    if len(history) > 1 and listed != [(version, pubstatus) for version, _, pubstatus in history]:
        yield f"{item.uri}: its history is {listed} instead of {history}"


def _separated(shared: Sequence[Item], stories: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with different stories under one uri."""
    found = {doc["headline"] for uri, doc in stories.items() if uri.startswith("urn:shared")}
    is_killed = any(item.pubstatus != "usable" for item in shared)
    wanted = set() if is_killed else {item.title for item in shared}
    if found != wanted:
        yield f"of the stories under one uri, {found} can be found instead of {wanted}"


def _ordered(items: Sequence[Item], stories: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with stories that others, or their own sender in words, order to kill or replace."""
    orders = {item.kills: item.feed for item in items if item.kills}
    found = {doc["headline"] for uri, doc in stories.items() if uri.startswith(("urn:ordered", "urn:foreign"))}
    wanted = {item.title for item in items if item.pubstatus == "usable" and orders.get(item.title) != item.feed}
    if found != wanted:
        yield f"of the stories with orders, {found} can be found instead of {wanted}"


def _parts(alias: str, system: System, stories: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the quotes or events of the stories."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in system.documents.visible(alias):
        found[part["story"]["uri"]].append(part)
    for uri, parts in found.items():
        if uri not in stories:
            yield f"{uri}: {len(parts)} {alias} outlive their story"
        elif {part["story"]["storyline"] for part in parts} != {stories[uri]["storyline"]}:
            yield f"{uri}: {alias} of another storyline"
        elif {part["version"] for part in parts} != {stories[uri]["version"]}:
            yield f"{uri}: {alias} of versions {sorted({p['version'] for p in parts})} beside {stories[uri]['version']}"
    for uri, doc in stories.items():
        if sorted(part["id"] for part in found[uri]) != sorted(part["id"] for part in doc[alias]):
            yield f"{uri}: {len(found[uri])} of {len(doc[alias])} {alias} can be found"
