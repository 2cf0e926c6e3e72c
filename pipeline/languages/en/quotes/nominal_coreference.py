"""Resolve descriptions: how a story describes those it names, and whom "the spokesman" then means."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.annotations import Entity
from pipeline.knowledge.person_names import gender_of
from pipeline.languages.en.quotes.speaker_mentions import Phrase
from pipeline.reading.tree import Tree

_REACH = 10
"""How many tokens before or after a name may describe it."""
_IS = frozenset("is was are were be been becomes became remains 's ’s".split())
_SMALL = frozenset("the a an of for and in at on to by with from his her its their".split())
_ORIGINS = {
    "french": "france", "british": "britain", "dutch": "netherlands", "spanish": "spain", "swiss": "switzerland",
    "danish": "denmark", "polish": "poland", "irish": "ireland", "welsh": "wales", "finnish": "finland",
    "american": "u.s", "greek": "greece", "english": "england", "scottish": "scotland", "swedish": "sweden",
}  # fmt: skip
"""Words of origin that share too few letters with the country's name."""
_NEAR = 40
"""How many tokens before "the agency" the only organization may be."""
_SAME = 4
"""How many first letters "Russian" and "Russia" must share."""
_COMPANIES = frozenset(
    "company firm carmaker automaker manufacturer retailer maker giant group corporation conglomerate chain operator"
    " developer startup business bank lender airline insurer publisher producer supplier brand".split()
)
_KINDS = {
    "newspaper": frozenset("times post herald tribune gazette journal news guardian newspaper daily telegraph".split()),
    "paper": frozenset("times post herald tribune gazette journal news guardian newspaper daily telegraph".split()),
    "magazine": frozenset("magazine weekly review time newsweek".split()),
    "broadcaster": frozenset("tv radio broadcasting television news network bbc cnn".split()),
    "network": frozenset("tv radio broadcasting television news network bbc cnn nbc cbs abc fox".split()),
    "agency": frozenset("agency press news reuters service administration bureau".split()),
    "ministry": frozenset(("ministry", "department")),
    "department": frozenset(("ministry", "department")),
    "party": frozenset(("party", "democrats", "republicans", "labour", "conservatives")),
    "team": frozenset("team united city fc club".split()),
    "club": frozenset("club fc united city athletic rovers".split()),
    "university": frozenset(("university", "college", "institute")),
    "school": frozenset(("school", "university", "college")),
    "court": frozenset(("court", "tribunal")),
    "union": frozenset(("union", "federation", "association")),
    "organization": frozenset("organization organisation association foundation international fund".split()),
    "organisation": frozenset("organization organisation association foundation international fund".split()),
    "charity": frozenset("charity foundation fund aid trust children".split()),
    "council": frozenset(("council",)),
    "committee": frozenset(("committee",)),
    "commission": frozenset(("commission",)),
    "institute": frozenset(("institute", "institution")),
    "association": frozenset(("association", "federation", "union")),
    "office": frozenset(("office", "bureau")),
    "bureau": frozenset(("bureau", "office")),
    "hospital": frozenset(("hospital", "clinic", "center", "centre")),
    "police": frozenset(("police",)),
    "regulator": frozenset("authority commission agency regulator administration".split()),
    "watchdog": frozenset("authority commission agency watchdog".split()),
    "authority": frozenset(("authority",)),
    "campaign": frozenset(("campaign",)),
    "church": frozenset(("church",)),
    "government": frozenset(("government",)),
    "administration": frozenset(("administration",)),
    "federation": frozenset(("federation", "association")),
    "league": frozenset(("league",)),
}
_ROLES = {
    "leader": frozenset("president premier chancellor leader king chief head chairman chairwoman minister".split()),
    "politician": frozenset("senator congressman congresswoman lawmaker minister governor mayor mp candidate".split()),
    "lawmaker": frozenset("senator sen congressman congresswoman representative rep mp deputy legislator".split()),
    "nominee": frozenset("candidate nominee".split()),
    "candidate": frozenset("candidate nominee".split()),
    "diplomat": frozenset("ambassador envoy minister secretary diplomat".split()),
    "official": frozenset("secretary minister director commissioner spokesman spokeswoman official".split()),
    "premier": frozenset(("premier", "minister")),
    "chief": frozenset("director head chief commissioner executive".split()),
    "boss": frozenset("manager coach executive chief".split()),
    "executive": frozenset("executive ceo director chief".split()),
    "coach": frozenset(("coach", "manager")),
    "manager": frozenset(("coach", "manager")),
    "player": frozenset("striker midfielder defender goalkeeper forward captain quarterback player pitcher".split()),
    "doctor": frozenset(("dr", "doctor", "physician", "surgeon")),
    "professor": frozenset(("prof", "professor")),
    "scientist": frozenset("scientist researcher professor biologist physicist chemist".split()),
    "researcher": frozenset("scientist researcher professor".split()),
    "lawyer": frozenset("lawyer attorney solicitor barrister counsel".split()),
    "attorney": frozenset(("lawyer", "attorney")),
    "officer": frozenset("officer sergeant sgt lieutenant lt captain capt detective constable".split()),
    "general": frozenset(("general", "gen")),
    "senator": frozenset(("senator", "sen")),
    "governor": frozenset(("governor", "gov")),
    "congressman": frozenset(("congressman", "rep", "representative")),
    "congresswoman": frozenset(("congresswoman", "rep", "representative")),
    "spokesperson": frozenset("spokesman spokeswoman spokesperson".split()),
    "inspector": frozenset(("inspector", "officer")),
}
_OFFICES = frozenset(_ROLES).union(*_ROLES.values())
_MALE = frozenset(
    "spokesman chairman congressman king prince businessman mr sir father son brother husband lord man boy uncle"
    " actor emperor monk priest grandfather policeman salesman fisherman".split()
)
_FEMALE = frozenset(
    "spokeswoman chairwoman congresswoman queen princess businesswoman mrs ms miss dame mother daughter sister wife"
    " lady woman girl aunt actress nun grandmother policewoman widow".split()
)

_EITHER = frozenset(
    "activist adult analyst assailant attacker baby bomber bystander captain child citizen civilian commander convict"
    " customer defendant detainee doctor driver employee expert fighter gunman guard hostage inmate journalist judge"
    " lawmaker leader member migrant militant nurse officer official owner passenger patient pedestrian person pilot"
    " player prisoner prosecutor protester rebel reporter resident scientist sniper soldier student suspect teacher"
    " teenager thief tourist trooper victim villager visitor witness worker youth".split()
)


class EntityMention(NamedTuple):
    """A mention: its head token, its first token, and its entity."""

    head: int
    first: int
    entity: Entity


class NominalCoreference:
    """How a story describes each person and organization that it names."""

    def __init__(self, tree: Tree, mentions: Iterable[EntityMention]) -> None:
        """Collect the words beside every mention."""
        self._tree = tree
        self._called: dict[str, set[str]] = defaultdict(set)
        self._genders: dict[str, str | None] = {}
        for place in mentions:
            if place.entity.type in ("PERSON", "ORG"):
                self._called[place.entity.id].update(_describing_words(tree, place))

    def gender(self, entity: Entity) -> str | None:
        """Return m, f or None, from the descriptions, else from the given name."""
        if entity.id not in self._genders:
            self._genders[entity.id] = gender_of_words(self._called[entity.id]) or gender_of(entity.name)
        return self._genders[entity.id]

    def resolve(self, words: Phrase, before: Sequence[EntityMention]) -> Entity | None:
        """Return whom a definite noun phrase means among the mentions before it, or None."""
        tree = self._tree
        head = tree.lower[words.head]
        if tree.lower[words.first] not in ("the", "this", "that") or not head[0].isalpha():
            return None
        if head in _COMPANIES or head in _KINDS:
            return self._organization(words, [place for place in before if place.entity.type == "ORG"])
        of = {tree.lower[token] for token in range(words.first + 1, tree.right[words.head] + 1) if token != words.head}
        of = {word for word in of - _SMALL if word[0].isalnum()}
        origins = {tree.lower[token] for token in range(words.first + 1, words.head) if tree.word[token][0].isupper()}
        of |= {_ORIGINS.get(word, word) for word in origins}
        persons = [place for place in before if place.entity.type == "PERSON"]
        kinds = _ROLES.get(head, frozenset()) | {head}
        fitting = [place for place in persons if self._called[place.entity.id] & kinds]
        if of:
            exact = [(self._shared(of, place), place.head, place) for place in fitting]
            if exact and max(exact)[0]:
                return max(exact)[2].entity
        if origins:
            similar = [place for place in persons if self._shared(origins, place)]
            return similar[-1].entity if similar and head in _OFFICES else None
        return fitting[-1].entity if fitting else None

    def _shared(self, words: Iterable[str], place: EntityMention) -> int:
        """Count the words that the story uses beside an entity's names, including words with the same beginning."""
        called = self._called[place.entity.id]
        return sum(
            any(word == other or (len(word) > _SAME and word[:_SAME] == other[:_SAME]) for other in called)
            for word in words
        )

    def _organization(self, words: Phrase, before: list[EntityMention]) -> Entity | None:
        head = self._tree.lower[words.head]
        kinds = _KINDS.get(head, frozenset()) | {head}
        called = [place for place in before if kinds & self._called[place.entity.id]]
        if called:
            return called[-1].entity
        if head in _COMPANIES:
            others = frozenset[str]().union(*_KINDS.values())
            firms = [place for place in before if not others & set(place.entity.name.lower().split())]
            return firms[-1].entity if firms else None
        near = [place for place in before if words.first - place.head <= _NEAR]
        return near[-1].entity if len({place.entity.id for place in near}) == 1 else None


def is_group(noun: str) -> bool:
    """Return whether a lower-case noun names a kind of organization."""
    return noun in _COMPANIES or noun in _KINDS


def is_person(noun: str) -> bool:
    """Return whether a lower-case noun is an office, or means a person."""
    return noun in _OFFICES or noun in _EITHER or noun in _MALE or noun in _FEMALE


def is_somebody(noun: str, gender: str) -> bool:
    """Return whether a lower-case noun may mean a person of this gender."""
    return noun in _EITHER or noun in (_MALE if gender == "m" else _FEMALE)


def gender_of_words(words: Iterable[str]) -> str | None:
    """Return m or f if the lower-case words indicate one gender only."""
    said = set(words)
    male, female = bool(said & _MALE), bool(said & _FEMALE)
    return "m" if male and not female else "f" if female and not male else None


def syntactic_head(tree: Tree, place: EntityMention) -> int:
    """Return the token that connects a mention to the rest of the sentence."""
    inside = range(place.first, place.head + 1)
    return next((token for token in reversed(inside) if tree.head[token] not in inside), place.head)


def _describing_words(tree: Tree, place: EntityMention) -> Iterable[str]:
    """Yield the words of a name, its premodifiers, its appositions, and its predicate nouns."""
    head = syntactic_head(tree, place)
    for token in range(max(tree.left[head], place.first - _REACH), place.head + 1):
        yield tree.lower[token].rstrip(".")
    describing = [child for child in tree.children[head] if tree.dep[child] == "appos" or tree.lower[child] == "of"]
    above = tree.head[head]
    if tree.dep[head] == "nsubj" and tree.lower[above] in _IS and (child := tree.child(above, "attr")) is not None:
        describing.append(child)
    if tree.dep[head] == "appos" and not tree.kind[above]:
        describing.append(above)
    for child in describing:
        near = range(max(tree.left[child], child - _REACH), min(tree.right[child], child + _REACH) + 1)
        for token in near:
            if not place.first <= token <= place.head and tree.lower[token] not in _SMALL:
                yield tree.lower[token].rstrip(".")
