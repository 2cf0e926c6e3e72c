"""Words that suggest an event type, and words that turn one type into another; from PLOVER's codebook.

They are features, not rules: the classifier learned from labelled sentences how much each is worth.
"""

TYPES = (
    "ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONCEDE", "CONSULT", "COOPERATE", "MOBILIZE", "PROTEST", "REJECT",
    "REQUEST", "RETREAT", "SANCTION", "SUPPORT", "THREATEN",
)  # fmt: skip
MUTUAL = frozenset(("CONSULT", "AGREE", "COOPERATE"))
"""Types whose participants are equals: all of them are actors."""
RECIPROCAL = frozenset(
    "meet talk negotiate confer consult discuss agree sign conclude clash fight battle marry wed divorce cooperate"
    " collaborate partner merge unite ally reconcile differ disagree quarrel argue debate compete face play draw tie"
    " exchange swap trade share normalize resume restore establish collide chat converse speak split separate reunite"
    " deal agreement accord pact treaty memorandum contract truce ceasefire talks meeting summit negotiation"
    " relation relations tie ties cooperation exercise exercises drill drills border dialogue fire blow".split()
)
"""Verbs whose subjects act on one another, and objects that make others so: "signed a pact", "exchanged fire"."""
VERBAL = frozenset(("REQUEST", "AGREE", "THREATEN", "REJECT"))
"""Types of what is done by saying it: "said that Israel must withdraw"."""

_SUGGEST = {
    "AGREE": (
        "agree agreement accord deal pact treaty sign ratify conclude reach settle settlement memorandum mou "
        "contract covenant compromise consensus promise pledge vow commit commitment undertake offer assure "
        "guarantee willing ready prepared intend intention plan planned accede endorse consent seal finalize "
        "finalise initial"
    ),
    "CONSULT": (
        "meet meeting talk talks visit discuss discussion consult consultation negotiate negotiation summit "
        "call phone telephone host receive welcome arrive confer conference dialogue mediate mediation "
        "mediator speak converse brief briefing tour travel trip attend greet chat hold session envoy "
        "delegation audience interview"
    ),
    "SUPPORT": (
        "support back endorse praise hail applaud commend laud congratulate recognize recognise acknowledge "
        "defend express solidarity condolence condolences sympathy sympathize thank approve approval ratify "
        "award honor honour appreciate confidence backing establish normalize normalise restore embassy "
        "diplomatic ties relations ally alliance advocate champion rally vouch cheer welcome plaudit"
    ),
    "COOPERATE": (
        "cooperate cooperation collaborate collaboration joint jointly exchange share sharing exercise "
        "exercises drill drills maneuver maneuvers wargame extradite extradition partner partnership trade "
        "export import buy purchase sell sale supply team participate patrol coordinate coordination "
        "intelligence evidence invest investment"
    ),
    "AID": (
        "aid assist assistance help donate donation grant fund funding finance relief rescue deliver deploy "
        "peacekeeper peacekeepers loan lend give provide supply send ship humanitarian medicine medical food "
        "vaccine shelter asylum refuge rebuild reconstruct train training equip equipment contribute "
        "contribution pledge million billion bailout package evacuate evacuation feed"
    ),
    "CONCEDE": (
        "release free pardon amnesty lift ease relax yield concede concession accept resign step quit "
        "withdraw withdrawal retreat pull pullout ceasefire truce armistice disarm demobilize surrender "
        "return repatriate allow permit let reopen restore apologize apologise apology acquit dismiss drop "
        "grant reverse revoke repeal loosen suspend hand-over relinquish bail parole unblock evacuate vacate "
        "leave de-escalate reform compromise waive exempt"
    ),
    "REQUEST": (
        "ask request urge demand call appeal plead beg implore seek petition press pressure push insist "
        "require invite propose recommend suggest advise encourage exhort want must should lobby campaign "
        "need order instruct beseech entreat"
    ),
    "ACCUSE": (
        "accuse blame criticize criticise condemn denounce charge allege allegation claim sue lawsuit suit "
        "indict indictment prosecute prosecution investigate investigation probe inquiry complain complaint "
        "slam blast rebuke decry deplore chide castigate fault attack scold lambaste criticism condemnation "
        "outrage impeach impeachment summon question suspect try trial retrial warrant court prosecutor "
        "plaintiff defendant inspect audit interrogate subpoena testify lash deride ridicule mock insult "
        "brand"
    ),
    "REJECT": (
        "reject refuse decline deny veto oppose dismiss rebuff spurn defy resist rule ignore fail failure "
        "refusal rejection disapprove disagree block overturn void object objection impasse stalemate boycott "
        "denial unwilling snub turn vote"
    ),
    "THREATEN": (
        "threaten threat warn warning ultimatum deadline vow retaliate retaliation consequence consequences "
        "reprisal caution menace pressure brandish intimidate"
    ),
    "PROTEST": (
        "protest demonstrate demonstration rally march strike riot picket sit-in boycott walkout hunger "
        "unrest uprising revolt blockade protester demonstrator striker rioter marcher crowd burn chant "
        "placard occupy mutiny"
    ),
    "SANCTION": (
        "sanction sanctions cut sever suspend halt stop expel expulsion recall withdraw cancel discontinue "
        "terminate break reduce freeze downgrade embargo convict conviction sentence jail fine penalty "
        "verdict guilty condemn punish suspension withdrawal termination disqualify blacklist strip dock "
        "impose tariff tariffs pull scrap withhold quit leave"
    ),
    "MOBILIZE": (
        "mobilize mobilise mobilization deploy deployment alert reinforce reinforcement mass amass build "
        "buildup station dispatch readiness troops force warship destroyer missile missiles conscript "
        "reservist call-up muster standby arm test launch position"
    ),
    "COERCE": (
        "arrest detain detention seize seizure impose ban curfew restrict restriction censor outlaw deport "
        "raid crackdown jail imprison custody apprehend confiscate block shut close closure order force "
        "martial emergency suspend hack cyberattack sanction sanctions tariff blockade siege besiege repress "
        "disperse evict expel expropriate prohibit dissolve nab capture round crack lock lockdown quarantine "
        "banish gag barricade extradite"
    ),
    "ASSAULT": (
        "attack kill bomb bombing shoot fire shell shelling strike raid assault murder assassinate "
        "assassination execute execution massacre torture rape beat stab injure wound explode explosion blast "
        "ambush invade invasion fight clash battle capture destroy destruction overrun kidnap abduct "
        "abduction hostage behead airstrike drone missile mortar rocket gun gunman slaughter lynch occupy "
        "occupation offensive wipe hit target slay gas burn storm crash clashes overthrow coup dead death"
    ),
}
"""Words by the type they suggest, as lemmas."""
_OPERATORS = {
    "INTENT": (
        "willing ready agree promise pledge vow offer plan intend propose consider will would 'll ’ll commit "
        "prepare set decide expect hope may could might shall"
    ),
    "THREAT": "threaten warn threat warning ultimatum deadline",
    "DEMAND": (
        "urge demand ask push press pressure must should need request appeal call implore insist require want "
        "seek plead beg invite encourage"
    ),
    "REFUSE": (
        "refuse reject decline fail deny oppose veto rule resist dismiss rebuff refusal rejection failure block prevent"
    ),
    "NEG": "not n't n’t never no without cannot",
    "CEASE": (
        "stop end suspend halt cut cancel withdraw freeze revoke terminate discontinue close expel pull "
        "remove break reduce withhold sever recall suspension withdrawal cut-off"
    ),
    "EASE": (
        "lift ease relax free release drop restore reopen allow permit grant approve accept pardon waive "
        "loosen acquit return surrender ceasefire truce"
    ),
    "IMPOSE": (
        "impose ban order force outlaw restrict prohibit block seize arrest detain jail extend prolong tighten declare"
    ),
    "SAY": "say tell announce state declare report comment claim",
}
"""Words that change what the words below them mean: "threatened to attack", "refused to meet"."""
_ALONE = {
    "ASSAULT": (
        "attack kill bomb shell murder assassinate massacre torture rape behead stab ambush shoot invade kidnap abduct"
        " bombard slaughter raid clash lynch rob open-fire take-hostage shoot-at fire-at"
    ),
    "COERCE": "arrest detain seize confiscate imprison deport apprehend evict",
    "CONCEDE": "free release pardon disarm surrender resign step-down pull-out pull-back withdraw-from withdraw-troop",
    "CONSULT": "meet-with visit negotiate confer mediate hold-talk",
    "REQUEST": "urge demand appeal call-for call-on",
    "ACCUSE": "accuse blame criticize criticise condemn denounce sue indict charge investigate decry deplore"
    " complain-about",
    "REJECT": (
        "reject refuse decline veto rebuff deny-it deny-charge deny-allegation deny-accusation deny-report deny-claim"
    ),
    "THREATEN": "threaten vow-retaliate",
    "SUPPORT": "praise congratulate thank endorse applaud commend",
    "AID": "donate rescue",
    "SANCTION": "expel convict sentence fine",
    "MOBILIZE": "mobilize mobilise deploy",
    "PROTEST": "protest demonstrate march rally riot",
}
"""Verbs that name an event whoever takes part, by type; those with a hyphen need the word after it below them."""


def _inverted(groups: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, words in groups.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), name)
    return found


SUGGESTED = _inverted(_SUGGEST)
ALONE = {words: types[0] for words, types in _inverted(_ALONE).items()}
"""The type that each of those verbs names."""
OPERATORS = _inverted(_OPERATORS)
NOTABLE = frozenset(
    "die drown perish appoint nominate elect dismiss sack oust succeed win lose defeat retire acquit acquire merge"
    " sink crash collapse explode erupt derail capsize flood strike hit shake escape found discover launch"
    " close open reopen ban end".split()
)
"""Verbs that name an event without a type: a death, a disaster, an appointment, a result, a merger, a verdict."""
REPORTS = frozenset("say tell announce state declare report add note claim confirm remark".split())
"""Verbs that report an event rather than being one."""
OPERATOR_TYPES = {
    "INTENT": "AGREE", "THREAT": "THREATEN", "DEMAND": "REQUEST", "REFUSE": "REJECT", "NEG": "REJECT",
    "CEASE": "SANCTION", "EASE": "CONCEDE", "IMPOSE": "COERCE",
}  # fmt: skip
"""The type that an operator makes of whatever is below it."""
UNEVENTFUL = frozenset(
    "be have do say tell see know think believe hope want feel seem appear look like love fear worry expect mean"
    " include involve need remain stay become keep consider add note remark mention comment explain describe call"
    " saying quote show indicate suggest report reveal estimate calm use try attempt begin continue start work"
    " come go get make take give put live stand sit face cost contain belong exist represent reflect relate"
    " concern lie own mark".split()
)
"""Predicates that name no event of their own, unless they have a type."""
