"""Types of events that PLOVER, a codebook of politics, does not have: trials, elections, deals, accidents.

A row gives the lemmas of a type's predicates, alone or with one of these objects. What a story is about decides where
words leave it open: "beat" is a result in a story about sport, and who was killed by a flood was not attacked.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from pipeline.languages.en.entities.sports import sport_of
from pipeline.reading.tree import Tree


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Row:
    """A type, and what names it: these predicates with one of these objects, or with any if there are none.

    ``sport`` is whether the story must be about a team sport, or must not be; ``over`` are PLOVER's types that it goes
    before, all if None.
    """

    type: str
    predicates: frozenset[str]
    objects: frozenset[str] = frozenset()
    sport: bool | None = None
    over: frozenset[str] | None = None


_CASE = _words("case charge charges appeal lawsuit suit complaint sentence term prison jail trial verdict court bail")
_LAW = _words(
    "law bill act legislation amendment decree constitution budget measure ordinance reform statute resolution order"
    " regulation rule directive treaty"
)
_OFFICE = _words("office post position job chairman president minister chief director head governor ceo coach role")
_PRIZE = _words("award prize medal oscar trophy honor honour grammy emmy nobel scholarship laureate")
_VOTE = _words("election vote referendum poll ballot runoff seat majority presidency nomination primary caucus")
_RATES = _words("rate rates price prices tariff fare forecast target dividend output estimate wage wages tax taxes")
_BOOKS = _words("profit loss earnings revenue sales income surplus deficit growth turnover result results")
_PRODUCTS = _words(
    "product phone album song film movie book report study website app service satellite rocket model car version"
    " campaign programme program exhibition museum store branch school airport bridge line route plant factory festival"
    " initiative platform vaccine trailer single design data figures list missile"
)
_FIRMS = _words("company firm stake share shares unit business bank group rival asset assets property contract deal")

_TABLE = (
    Row("RESULT", _words(
        "beat defeat win lose draw thrash edge score qualify advance clinch finish eliminate hammer rout crush overcome"
        " tie trounce upset claim retain progress"), sport=True),
    Row("TRIAL", _words(
        "indict convict sentence acquit sue prosecute arraign indictment conviction lawsuit prosecution verdict"
        " acquittal sentencing retrial plead testify")),
    Row("TRIAL", _words("charge try jail fine"), over=_words("ACCUSE SANCTION COERCE")),
    Row("TRIAL", _words("file face drop dismiss hear adjourn lose win uphold overturn open begin hand"), _CASE),
    Row("APPOINTMENT", _words(
        "appoint reappoint resign hire sack reappointment appointment resignation retire retirement reshuffle")),
    Row("APPOINTMENT", _words("take assume leave quit accept offer name succeed replace dismiss fire remove"), _OFFICE),
    Row("ELECTION", _words("elect re-elect reelect election re-election referendum runoff by-election")),
    Row("ELECTION", _words("win lose hold call contest concede postpone secure seek"), _VOTE),
    Row("LAW", _words("enact legislate legalize legalise decriminalize repeal enactment legislation")),
    Row("LAW", _words("pass adopt approve sign issue ratify amend introduce veto draft"), _LAW),
    Row("AWARD", _words("win receive award claim give hand present accept collect get"), _PRIZE, sport=False),
    Row("AWARD", _words("knight")),
    Row("DEAL", _words("acquire acquisition merge merger takeover buyout")),
    Row("DEAL", _words("buy purchase sell invest win sign award"), _FIRMS, over=_words("COOPERATE AGREE AID")),
    Row("ECONOMY", _words("raise cut lower hike hold keep leave slash reduce increase lift maintain"), _RATES),
    Row("ECONOMY", _words("post report record announce"), _BOOKS),
    Row("LAUNCH", _words("unveil inaugurate premiere publish")),
    Row("LAUNCH", _words("launch release introduce open test present show"), _PRODUCTS),
    Row("DISCOVERY", _words("discover unearth excavate discovery")),
    Row("CRIME", _words(
        "rob steal smuggle defraud embezzle launder poach burgle robbery theft fraud smuggling burglary")),
    Row("HEALTH", _words("infect diagnose vaccinate hospitalize hospitalise outbreak epidemic vaccination")),
    Row("ACCIDENT", _words("derail capsize collide overturn derailment collision shipwreck drown")),
    Row("DISASTER", _words("earthquake quake flood landslide tsunami eruption wildfire cyclone hurricane typhoon")),
)  # fmt: skip
_SUFFERS = _words("die drown perish")
"""Verbs of whose subject nobody says that it acts."""
_DEADLY = _words("kill die drown perish toll death")
_HARM = _words("injure wound trap hurt bury")
_CAUSES = {
    "ACCIDENT": _words(
        "accident crash crashed collision collided derail derailed derailment capsize capsized sank overturned pileup"
        " bus truck lorry driver motorcycle ferry train mine collapse collapsed stampede explosion leak plane"
        " helicopter fire blaze scaffolding crane"
    ),
    "DISASTER": _words(
        "earthquake quake flood floods flooding storm hurricane typhoon cyclone wildfire landslide mudslide tsunami"
        " volcano eruption tornado drought avalanche rain rains tremor blizzard monsoon"
    ),
    "HEALTH": _words(
        "virus outbreak infection disease flu cholera pandemic covid covid-19 coronavirus ebola influenza malaria"
        " epidemic vaccine measles dengue plague"
    ),
    "ASSAULT": _words(
        "attack attacks bomb bombing bomber gunman gunmen shooting militant militants troops army war rebel rebels"
        " soldier soldiers insurgent insurgents murder terrorist terrorists airstrike raid gun shot fighter fighters"
        " warplane missile missiles killer suspect police protester protesters clash clashes"
    ),
}
"""The words of stories in which people come to harm, by the type of what harms them."""
_FEWEST = 1
_ARREST = _words("arrest detain apprehend nab seize confiscate")
_CRIMES = _words(
    "drug drugs fraud theft robbery stolen stole thieves gang gangs smuggling smugglers illegal illegally murder"
    " suspect suspects scam crime crimes criminal counterfeit cocaine heroin cannabis trafficking rape burglary"
    " extortion victim"
)
_CONFLICTS = _words(
    "protest protests protesters demonstrators demonstration opposition activist activists journalist"
    " journalists dissident militant militants rebel rebels troops army coup insurgents hostage hostages refugee"
    " refugees rally"
)
"""Words that tell whether arrests are those of crime or of politics."""


class FurtherTypes:
    """The further types of one story."""

    def __init__(self, tree: Tree) -> None:
        """Read what the story is about."""
        self._sport = sport_of(tree.text) is not None
        counts = Counter(tree.lower)
        causes = {kind: sum(counts[word] for word in words) for kind, words in _CAUSES.items()}
        most = max(causes, key=lambda kind: causes[kind])
        self._is_of_crime = sum(counts[word] for word in _CRIMES) > sum(counts[word] for word in _CONFLICTS)
        self._cause = most if causes[most] >= _FEWEST and most != "ASSAULT" else None

    def of(
        self, kind: str | None, names: Collection[str], objects: Collection[str], *, is_act: bool, is_deadly: bool
    ) -> str | None:
        """Return the type of an event that has PLOVER's ``kind``, if any.

        ``names`` are the lemmas that name it, ``objects`` those of its object. ``is_act`` is whether somebody acts,
        ``is_deadly`` whether it has a number of dead.
        """
        for row in _TABLE:
            fits = row.sport is None or row.sport == self._sport
            goes_before = row.over is None or kind is None or kind in row.over
            is_named = not row.predicates.isdisjoint(names) and not (row.objects and row.objects.isdisjoint(objects))
            if fits and goes_before and is_named:
                return row.type
        if kind == "COERCE" and self._is_of_crime and not _ARREST.isdisjoint(names):
            return "CRIME"
        is_act = is_act and _SUFFERS.isdisjoint(names)
        is_deadly = is_deadly or not _DEADLY.isdisjoint(names)
        if not is_act and kind in (None, "ASSAULT") and (is_deadly or not _HARM.isdisjoint(names)):
            return self._cause or kind or ("DEATH" if is_deadly else None)
        return kind
