"""The words that carry modality, by meaning; every list is data that a component is given."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def singular(word: str) -> str:
    """Return the singular of a regular plural, enough for the agents' list."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


#: Verb forms that govern conduct or status; "can" and "might" state no norm in treaty English.
MODALS = frozenset(("shall", "must", "may", "should"))
#: "Will" commands an organ in rules of procedure ("the Administrator will publish").
ORGAN_MODAL = "will"

#: Openers of clauses in which a modal describes rather than directs.
SUBORDINATORS = word_set(
    "if whether where when whenever wherever unless until as than because since while "
    "which whom whose what how once though although lest who before after"
)

#: Determiners that do not belong to a bearer's name.
DETERMINERS = word_set(
    "the a an each every any such no all its their his her this that these those some "
    "both either neither other another one said"
)

#: Who can owe a duty or hold a right (head nouns, singular).
AGENTS = word_set(
    "state party authority council assembly commission committee secretary secretary- "
    "general secretariat contractor applicant prospector enterprise tribunal chamber "
    "court president chairman chairperson chair governor administrator administration "
    "lessee lessor permittee licensee holder owner operator master person company vessel "
    "ship aircraft government organization organisation officer inspector member board "
    "agency department director director-general arbitrator conciliator entity "
    "corporation citizen investor sponsor national expert depositary conference meeting "
    "bureau head community union nation crew employer representative producer purchaser "
    "manufacturer designer surveyor auditor registrar society seafarer pilot tanker "
    "country user individual employee claimant plaintiff respondent beneficiary "
    "institution regulator verifier subdivision body congress comptroller attorney "
    "mankind submitter observer depository recipient licensor grantee carrier tug tanker "
    "boat warship panel group judge platform importer exporter supplier lender borrower "
    "bidder congress center centre bank partner deponent resident eu leasee "
    "staff seller buyer vendor charterer shipper insurer tenant landlord guarantor subcontractor "
    "consultant minister ministry republic"
)

#: Complements of "have", "enjoy", "exercise" that grant something.
RIGHTS = word_set(
    "right rights power powers freedom freedoms discretion jurisdiction authority "
    "privilege privileges immunity immunities access sovereignty option preference "
    "priority competence liberty"
)
#: Complements of "have" that burden.
DUTIES = word_set("duty duties obligation obligations responsibility responsibilities")
#: Complements of "have" that are conduct, not status ("shall have due regard").
REGARDS = frozenset(["regard", "recourse", "consideration", "care"])

GRANTED = word_set("entitled authorized authorised empowered free permitted allowed competent")
REQUIRED = frozenset(["required", "obliged", "obligated", "bound", "compelled"])
FORBIDDEN = frozenset(["prohibited", "forbidden", "barred", "precluded", "unlawful"])
LIABLE = frozenset(["liable", "responsible", "answerable", "accountable"])

#: Predicates that fix a status, effect or extent rather than conduct.
STATUS_VERBS = word_set(
    "mean consist comprise constitute apply affect prejudice entail expire lapse prevail "
    "supersede replace impair preclude derogate imply confer belong appertain vest accrue "
    "become run relate bar waive diminish alter abrogate survive inure refer prescribe modify "
    "abridge encompass"
)
#: Status where a text, a right or a period does it by itself ("the plan shall terminate").
ENDING_VERBS = frozenset(("terminate", "cease", "begin", "commence", "end", "remain"))
#: "shall be" + one of these.
STATUS_PARTICIPLES = word_set(
    "deemed construed regarded interpreted understood composed governed vested known "
    "called superseded extinguished abolished terminated discontinued repealed replaced "
    "presumed assimilated"
)
STATUS_ADJECTIVES = word_set(
    "open binding final effective valid void null applicable eligible invalid "
    "inadmissible conclusive enforceable equal equivalent separate authentic without in- "
    "force sufficient subsidiary inviolable immune exempt inalienable renewable "
    "autonomous identical operative irrevocable due subject proportional"
)
#: Verb and what must follow it.
STATUS_PHRASES = (
    "enter into force", "come into force", "come into effect", "come into operation",
    "enter into effect", "take effect", "remain in force", "continue in force", "remain in effect",
    "continue in effect", "be without prejudice", "be in force", "cease to", "be considered as",
    "be considered to", "be treated as if", "be treated as a", "be treated as an",
    "be treated as though",
    "be incorporated herein", "be considered in compliance", "be treated as being",
    "be treated as having", "be in addition to",
    "be null", "be of no effect", "be in order", "hold office",
    "have effect", "have the same", "have no effect", "remain in office", "remain valid",
    "be equally authentic", "be taken to", "remain unaffected", "remain the",
    "continue to be", "continue to apply", "form part", "form an integral", "be an integral",
    "be vested", "be known as", "be referred to as", "be paid from", "be so construed",
)  # fmt: skip

#: Present-tense verbs that define or fix status without a modal.
DEFINING = frozenset(["means", "mean"])
PRESENT_STATUS = word_set(
    "applies apply consists consist comprises comprise constitutes constitute appertains "
    "appertain extends extend affects affect supersedes supersede replaces replace "
    "prejudices prejudice entails entail refers refer denotes denote signifies signify "
    "belongs belong prevails prevail confers confer implies imply derogates derogate "
    "ceases cease expires expire lapses lapse forms form"
)
#: Agents that are one person each; "it" is never one of them.
PERSONS = word_set(
    "secretary-general director-general general secretary director administrator president "
    "chairman chairperson chair governor officer inspector master owner person individual citizen "
    "attorney comptroller arbitrator conciliator judge expert member"
)
#: What a law text says of itself: "This Directive establishes a framework".
FOUNDING_VERBS = frozenset(("establishes", "lays", "sets", "governs", "covers", "regulates"))
DOCUMENTS = word_set(
    "directive convention agreement protocol part annex article chapter section regulation rule "
    "paragraph contract code decision treaty subchapter title"
)
#: Objects of "shall have" that are status; other things had are equipment, a duty to provide.
HELD_STATUS = word_set(
    "seat office offices vote votes personality capacity effect effects force meaning status "
    "headquarters member members language languages term terms standing value validity character "
    "nationality president functions function power precedence application claim claims title "
    "object objective objectives purpose quorum competence consequences duration weight "
    "composition security tenure"
)
UNDERTAKINGS = word_set("undertakes undertake agrees agree pledges pledge commits commit")

#: Verbs that open an instruction in a form.
FORM_VERBS = word_set(
    "attach list provide indicate identify specify submit describe enclose state give "
    "include furnish name complete enter explain"
)

#: Conduct of organs that European directives state in the present tense.
ORGAN_VERBS = word_set(
    "informs inform provides provide adopts adopt decides decide examines examine "
    "publishes publish notifies notify submits submit takes take ensures ensure "
    "determines determine establishes establish reviews review transmits transmit issues "
    "issue approves approve makes make reports report assesses assess monitors monitor "
    "communicates communicate draws draw forwards forward presents present convenes "
    "convene appoints appoint"
)

#: Heads of maritime space and its limits: what "shall not extend beyond" fixes, not commands.
SPACES = word_set(
    "sea seas zone zones shelf limit limits point points line lines baseline baselines "
    "breadth waters edge margin boundary boundaries slope isobath"
)
#: Subjects whose "shall include" tells what they are.
DEFINED_THINGS = word_set(
    "term terms expression definition fund funds cost costs income expenditure expenditures "
    "revenue revenues assets resources proceeds capital membership price value function functions"
)
#: Subjects whose "shall be" places or fixes something.
FIXED_THINGS = word_set(
    "term terms liability burden period periods quorum majority seat language languages membership "
    "damages proceedings price value function functions powers object objective objectives purpose "
    "purposes aim aims mandate"
)
#: What "shall be allowed" commands; what is allowed otherwise is permitted.
SPANS_OF_TIME = word_set("time period days weeks months interval opportunity")
#: What a text itself fixes, at a figure or by a formula.
RATES = word_set("fee fees percentage rate rates charge price amount period")
#: Bodies that "shall be established" brings into being.
BODIES = word_set(
    "authority council assembly commission committee enterprise tribunal chamber fund "
    "secretariat organ organs board secretary-general"
)
