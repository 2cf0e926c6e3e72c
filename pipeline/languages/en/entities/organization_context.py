"""Recognise organizations by the words beside their names: "the daily Liberté", "the director of Ovsicori"."""

from pipeline.languages.en.entities.recognised_names import Name
from pipeline.reading.tree import Tree

_KINDS = frozenset(
    "agency airline association automaker bank bookmaker brokerage business carmaker charity chipmaker company"
    " conglomerate consultancy contractor corporation daily drugmaker federation firm foundation group insurer lender"
    " magazine militia movement newspaper ngo non-profit nonprofit organisation organization party retailer start-up"
    " startup studio subsidiary supplier tabloid think-tank union university weekly".split()
)
"""Nouns that say of a name that it is an organization."""
_MANY = frozenset(
    "agencies airlines associations automakers banks businesses carmakers charities companies conglomerates dailies"
    " federations firms foundations groups insurers lenders magazines militias movements newspapers ngos organisations"
    " organizations parties retailers start-ups startups studios subsidiaries suppliers unions universities"
    " weeklies".split()
)
_OFFICES = frozenset(
    "ceo chair chairman chairperson chairwoman co-founder director editor executive founder head manager president"
    " secretary shareholder shares stake subsidiary treasurer".split()
)
"""Nouns whose "of" names an organization, unless that is a place."""
_TITLES = frozenset("boss ceo cfo chair chairman chairperson chairwoman co-founder director".split())
"""Offices that stand between an organization and the name of a person."""
_EXAMPLES = frozenset("as including like".split())
_OF = frozenset("of at in".split())
_MARKS = frozenset("' \" “ ‘ ` ``".split())


def is_organization_by_context(tree: Tree, name: Name) -> bool:
    """Return whether a noun beside the name says that it is one, or names an office in it."""
    if name.label == "NORP":
        return False
    first, last = tree.token_at(name.start), tree.token_at(name.end - 1)
    inside = range(first, last + 1)
    top = next((token for token in inside if tree.head[token] not in inside or tree.head[token] == token), last)
    if _is_described(tree, inside, top) or _is_an_example(tree, top) or _is_after_an_office(tree, inside, top):
        return True
    return name.label != "LOC" and _is_before_an_office(tree, inside)


def _is_described(tree: Tree, inside: range, top: int) -> bool:
    """Return whether a kind of organization is in apposition: "the conglomerate Quorn", "Quorn, a security company"."""
    before = inside.start - 1
    while before > 0 and tree.word[before] in _MARKS:
        before -= 1
    if before >= 0 and tree.lower[before] in _KINDS and (tree.head[before] in inside or tree.head[top] == before):
        return True
    return any(tree.dep[child] == "appos" and tree.lower[child] in _KINDS for child in tree.children[top])


def _is_an_example(tree: Tree, top: int) -> bool:
    """Return whether the name is an example of organizations: "newspapers such as Quorn and Lorne"."""
    while tree.dep[top] == "conj":
        top = tree.head[top]
    preposition = tree.head[top]
    is_one = tree.dep[top] == "pobj" and tree.lower[preposition] in _EXAMPLES
    return is_one and tree.lower[tree.head[preposition]] in _MANY


def _is_after_an_office(tree: Tree, inside: range, top: int) -> bool:
    """Return whether an office or a part is the name's: "the director of Quorn", "a stake in Quorn"."""
    preposition = tree.head[top]
    if tree.dep[top] != "pobj" or tree.lower[preposition] not in _OF:
        return False
    before = tree.lower[inside.start - 1]
    return tree.lower[tree.head[preposition]] in _OFFICES and before in (tree.lower[preposition], "the")


def _is_before_an_office(tree: Tree, inside: range) -> bool:
    """Return whether an office and a person's name follow: "Quorn CEO Ann Lee"."""
    after = inside.stop
    return after + 1 < len(tree) and tree.lower[after] in _TITLES and tree.word[after + 1][:1].isupper()
