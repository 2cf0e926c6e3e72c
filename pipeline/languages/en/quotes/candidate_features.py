"""Describe a cue and a candidate by features, as short words.

Pareti (2015) and Newell et al. (LREC 2018) describe which features distinguish reports from other clauses.
"""

from pipeline.languages.en.calendar_names import WEEKDAYS
from pipeline.languages.en.quotes.candidates import Candidate, Quotations
from pipeline.reading.tree import SUBJECTS, Tree

PRONOUNS = frozenset(
    "i we he she they it you who that which this these those there what one anyone everyone nobody".split()
)
_MODALS = frozenset("would will could can may might should must to 'll 'd ’ll ’d shall".split())
_NEGATIONS = frozenset("n't not never n’t no".split())
_TELLING_NAMES = frozenset(("PERSON", "ORG", "GPE", "NORP"))
_FUNCTION_WORDS = WEEKDAYS | frozenset(
    "that to if whether how why what when where who for of about on against as the a his her their its being he she it"
    " they we i in by from with no not because after while yes this some more and but which".split()
)
_SHOWN = _FUNCTION_WORDS | frozenset([*',.:;”“"—–-()?!', "''", "``", "said", "says", "say", "told"])
_BUCKETS = ["1", "1", "2", "3", "5", "5", "8", "8", "8", *["15"] * 7, *["30"] * 15]
"""The limit of a count's class, by count."""
Group = tuple[str, ...]
"""A name in ``_TEMPLATES``, and what its features are made of. Most candidates share most groups with others."""
_TEMPLATES: dict[str, tuple[str, ...]] = {
    "way": ("way={0}", "{1}|{0}"),
    "length": ("n={1}", "{0}|n={1}"),
    "gap": ("gap={1}{2}", "{0}|gap={2}"),
    "cue gap": ("{0}|gap={1}{2}",),
    "before": ("before={1}{2}", "{0}|before={1}"),
    "after": ("after={1}", "{0}|after={1}"),
    "clause": ("clause={1}", "{0}|clause={1}", "{0}|head={2}"),
    "cue clause": ("{0}|clause={1}{2}",),
    "words": ("{0}|{1}", "{0}|{2}"),
    "also": ("also={1}", "{0}|also={1}"),
    "crossed": ("{0}|{1}", "{0}|{2}", "{0}|{3}", "{0}|{4}", "{0}|{5}", "{0}|{6}"),
}
"""The features of each group, from what stands in the group after its name."""
_INHERITING = frozenset("conj xcomp advcl ccomp pcomp parataxis prep".split())
_CONTROLLED = frozenset("xcomp conj advcl pcomp relcl acl ccomp".split())


def features_of(group: Group) -> list[str]:
    """Return the features of a group."""
    name, *values = group
    return [template.format(*values) for template in _TEMPLATES[name]]


def subject(tree: Tree, verb: int) -> tuple[int | None, str]:
    """Return the subject of a verb, and how it was found: its own, or that of a verb above."""
    own = tree.child(verb, *SUBJECTS)
    if own is not None:
        return own, "own"
    if tree.dep[verb] in ("relcl", "acl"):
        return tree.head[verb], tree.dep[verb]
    steps = 0
    while tree.dep[verb] in _INHERITING and steps < 4 and tree.head[verb] != verb:
        verb = tree.head[verb]
        steps += 1
        for child in tree.children[verb]:
            if tree.dep[child] in ("nsubj", "nsubjpass"):
                return child, "above"
    return None, "none"


class Cue:
    """The features of a cue, and of each of its candidates."""

    def __init__(self, tree: Tree, quotations: Quotations, token: int, lemma: str) -> None:
        """Collect ``shared``, the features that all candidates of the cue at ``token`` share."""
        self.tree, self.quotations, self.token, self.lemma = tree, quotations, token, lemma
        children = {tree.dep[child] for child in tree.children[token]}
        has = "".join(
            sign for dep, sign in (("dobj", "1"), ("ccomp", "c"), ("xcomp", "x"), ("dative", "d")) if dep in children
        )
        shape = self._shape(children)
        dep = tree.dep[token]
        who, how = subject(tree, token)
        by = "none" if who is None else self._who(who)
        inside = "in" if quotations.inside[token] else "out"
        shared = [f"shape={shape}", f"dep={dep}", f"by={by}{how}", f"marks={inside}", f"has={has}"]
        self.shared = [*shared, *(f"{lemma}|{word}" for word in (shape, dep, by, "has=" + has)), f"cue={lemma}"]
        particle = next((tree.lower[child] for child in tree.children[token] if tree.dep[child] == "prt"), None)
        if particle:
            self.shared.append(f"particle={lemma}_{particle}")
        if "mark" in children:
            self.shared.append("marked")
        if token and tree.word[token - 1] == "-":
            self.shared.append("hyphen")
        if dep in _CONTROLLED:
            self.shared.append(f"under={tree.lower[tree.head[token]]}")
        self._crossed = [*shared, "particle" if particle else "bare"]

    def _shape(self, children: set[str]) -> str:
        tree, token = self.tree, self.token
        form = tree.lower[token]
        ending = "ing" if form.endswith("ing") else "b" if form == self.lemma else "s" if form.endswith("s") else "ed"
        helpers = {
            tree.lower[child]
            for child in tree.children[token]
            if tree.dep[child] in ("aux", "auxpass", "neg", "advmod", "mark")
        }
        return (
            ending
            + ("m" if helpers & _MODALS else "")
            + ("!" if helpers & _NEGATIONS else "")
            + ("p" if children & {"auxpass", "nsubjpass"} else "")
        )

    def _who(self, token: int) -> str:
        tree = self.tree
        if tree.lower[token] in PRONOUNS:
            return tree.lower[token]
        if tree.kind[token] in _TELLING_NAMES:
            return tree.kind[token]
        return "Name" if tree.word[token][:1].isupper() else "noun"

    def groups(self, candidate: Candidate) -> list[Group]:
        """Return the features of ``candidate`` as what this cue reports, in groups, without the shared ones."""
        tree, lemma, cue = self.tree, self.lemma, self.token
        way, *others = candidate.derivation.split()
        first, last, head = candidate.first, candidate.last, candidate.head
        side = ">" if first > cue else "<"
        share = self.quotations.share(first, last)
        marks = "q0" if share == 0 else "q1" if share < 0.5 else "q2" if share < 0.95 else "q3"
        opens = tree.lower[first] if tree.lower[first] in _FUNCTION_WORDS else "w"
        gap = _bucket(first - cue if side == ">" else cue - last + 1)
        clause = self._clause(head)
        return [
            ("way", way, lemma),
            ("length", way, _bucket(last - first)),
            ("gap", way, side, gap),
            ("cue gap", lemma, side, gap),
            ("before", way, self._beside(first - 1), side),
            ("after", way, self._beside(last)),
            ("clause", way, clause, tree.dep[head] if head is not None else ""),
            ("cue clause", lemma, clause, side),
            ("words", lemma, marks, opens),
            ("words", way, marks, opens),
            ("crossed", way, *self._crossed),
            *(("also", lemma, also) for also in others),
        ]

    def _beside(self, token: int) -> str:
        tree = self.tree
        if not 0 <= token < len(tree):
            return "edge"
        if tree.word[token].isspace():
            return "line" if "\n" in tree.word[token] else "blank"
        return tree.lower[token] if tree.lower[token] in _SHOWN else tree.dep[token]

    def _clause(self, head: int | None) -> str:
        if head is None or head == self.token:
            return ""
        deps = {self.tree.dep[child] for child in self.tree.children[head]}
        return "finite" if deps & {"nsubj", "nsubjpass", "expl", "csubj"} else "aux" if "aux" in deps else "bare"


def _bucket(count: int) -> str:
    return _BUCKETS[max(0, count)] if count < len(_BUCKETS) else "60"
