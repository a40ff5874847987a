"""What kind of document a scheme leads to: certification, certificate programme, micro-credential or open badge; pure.

The kind is not decoration. It says what the document is called, what it may claim and what it must not, what happens when it ends,
which rules the scheme is held to, which signed records there must be before it opens, and which evidence gate and dossier ask for.

Sources are named beside each rule. Clauses of ISO/IEC 17024 are those of the list of contents of its 2025 draft, which was
seen; the third edition of April 2026 was seen in summaries only, and is to be bought and checked before anybody relies on a
clause number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ISO = "ISO/IEC 17024:2026"
ASTM = "ASTM E2659"
EU = "Council Recommendation 2022/C 243/02"


class AtExpiry(StrEnum):
    """What is asked of the holder when the document ends."""

    RECERTIFICATION = "recertification"
    TERM = "term"
    NONE = "none"


class Element(StrEnum):
    """What a scheme can state about itself, and a kind can ask for."""

    OUTCOMES = "learning outcomes"
    ASSESSED = "outcomes that are assessed"
    SIZE = "size"
    LEVEL = "level"
    QUALITY = "quality assurance"
    SEPARATION = "separation of training and examining"
    RECERTIFICATION = "recertification"
    AUTOMATION = "register of automation and AI"
    LEARNING_EVENT = "learning event"
    INVALIDATION = "grounds for invalidation"
    RECOGNISES = "what is recognised"


@dataclass(frozen=True)
class Wording:
    """The words of a kind: `document` as a noun, `holder` as a noun; the others are sentences.

    `announcement` stands in the credential itself where the kind could be taken for more than it is; empty where it cannot.
    """

    document: str
    holder: str
    claims: str
    never_claims: str
    at_expiry: str
    announcement: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule the scheme is held to, and where it stands."""

    code: str
    sentence: str
    source: str


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence that gate and dossier ask for: `code` is what they look it up by, `level` where it is asked."""

    code: str
    title: str
    asks: str
    level: str
    source: str


@dataclass(frozen=True)
class Kind:
    """A kind of document. `needs` is what a scheme must state to be published as one; `duties` are codes of `duties.DUTIES`.

    `achievement_type` is the word of the Open Badges 3.0 vocabulary.
    """

    code: str
    name: str
    standard: str
    achievement_type: str
    explained: str
    wording: Wording
    at_expiry: AtExpiry
    needs: tuple[Element, ...]
    duties: tuple[str, ...]
    rules: tuple[Rule, ...]
    evidence: tuple[Evidence, ...]

    def asks_for(self, evidence: str) -> bool:
        """Whether the gate and the dossier of this kind ask for a piece of evidence."""
        return any(one.code == evidence for one in self.evidence)


ALIGNED = ("right_to_award", "policy_alignment", "outcomes_unit", "quality_basis", "ownership")

JOB = Evidence(
    "job_analysis",
    "Job-task analysis",
    "tasks and knowledge of the job, rated by practitioners, adopted, with the weights of the blueprint",
    "scheme",
    f"{ISO} 8; Standards (2014) 11.13",
)
CONTENT = Evidence(
    "content_validation",
    "Content validation",
    "experts' ratings of every item and criterion, with a review for bias and sensitivity",
    "scheme",
    f"{ISO} 9.3; Standards (2014) 1.11",
)
CUTS = Evidence(
    "cut_scores",
    "Cut scores in force",
    "method, panel, standard error and the board that adopted each",
    "scheme",
    f"Standards (2014) 5.21 to 5.23; {ASTM}: documented passing standard",
)
RATERS = Evidence(
    "assessor_training",
    "Trained assessors",
    "who may assess, trained on what, until when, and how well they agree with the reference",
    "scheme",
    f"{ISO} 6.2",
)
QUALITY = Evidence(
    "score_quality",
    "Reliability and consistency of decisions",
    "estimates with intervals, pooled over sittings",
    "window",
    f"{ISO} 9.3; Standards (2014) 2.3 and 2.16",
)
FAIRNESS = Evidence(
    "fairness",
    "Fairness",
    "differential item functioning and adjustments that were agreed",
    "window",
    f"{ISO} 9.3; Standards (2014) 3",
)
MONITORING = Evidence(
    "monitoring",
    "Monitoring between studies",
    "drift of items, stations, instruments and assessors, with what was done about it",
    "window",
    f"{ISO} 9.3: statistics at stated intervals",
)
SECURITY = Evidence(
    "security", "Security", "incidents reviewed, seals, exposure of items", "candidate", f"{ISO} 7.4; {ASTM}: records"
)
IDENTITY = Evidence(
    "identity", "Identity of the candidate", "who confirmed it and how", "candidate", f"{EU}, Annex I; {ISO} 9.3"
)
IMPARTIALITY = Evidence(
    "impartiality",
    "Impartiality",
    "declared conflicts, and decisions made by people who neither trained nor examined the candidate",
    "candidate",
    f"{ISO} 4.2, 4.3, 5.2 and 9.4",
)
AUTOMATION = Evidence(
    "automation_register",
    "Register of automation and AI",
    "each automated function, how it was validated, who oversees it, and what candidates are told",
    "scheme",
    f"{ISO} 6.5; {ASTM}-24: policy on automation",
)
RECERTIFICATION = Evidence(
    "recertification", "Recertification", "what is asked, how often and why so often", "scheme", f"{ISO} 9.6"
)
COMPLAINTS = Evidence(
    "appeals", "Appeals and complaints", "each one with its answer and who gave it", "candidate", f"{ISO} 9.8 and 9.9"
)
LEARNING = Evidence(
    "learning_event",
    "The learning event",
    "what is taught, and that it teaches the stated outcomes",
    "scheme",
    f"{ASTM}: requirements for the programme",
)
MATRIX = Evidence(
    "outcomes_matrix",
    "Outcomes and their assessment",
    "each learning outcome with the items, tasks and simulations that show it",
    "scheme",
    f"{ASTM}: assessment tied to the outcomes; {EU}, Annex II",
)
TERM = Evidence(
    "term_and_invalidation",
    "Term and invalidation",
    "how long a certificate lasts and why, and which were invalidated and why",
    "scheme",
    f"{ASTM}: term and invalidation of a certificate",
)
ANNEX = Evidence(
    "annex_i",
    "Elements of Annex I",
    "the eleven mandatory elements, each in the document",
    "candidate",
    f"{EU}, Annex I",
)
ALWAYS = (CUTS, RATERS, QUALITY, FAIRNESS, MONITORING, SECURITY, IDENTITY)

CERTIFICATION = Kind(
    code="certification",
    name="Certification of persons",
    standard=ISO,
    achievement_type="Certification",
    explained="A certification body attests that a person is competent now, whoever taught them, and asks again after a "
    "stated time. Who trains does not examine, and neither decides.",
    wording=Wording(
        document="certification",
        holder="certified person",
        claims="The person has shown, at the day of the assessment, the competence that the scheme describes.",
        never_claims="It does not say that a course was taken, and it is no licence to practise where law asks for one.",
        at_expiry="At the end the person is certified again by the scheme's rules for recertification, or is no longer certified.",
    ),
    at_expiry=AtExpiry.RECERTIFICATION,
    needs=(
        Element.OUTCOMES,
        Element.ASSESSED,
        Element.QUALITY,
        Element.SEPARATION,
        Element.RECERTIFICATION,
        Element.AUTOMATION,
    ),
    duties=(*ALIGNED, "impartiality", "automation"),
    rules=(
        Rule("job", "The scheme rests on an analysis of the job, reviewed when the job changes.", f"{ISO} 8"),
        Rule(
            "decision",
            "Nobody decides about a candidate whom they trained or examined, and the decision is not delegated.",
            f"{ISO} 4.2 and 9.4",
        ),
        Rule(
            "separation",
            "Training and examining are kept apart; no training of one's own is asked for or made an advantage.",
            f"{ISO} 5.2",
        ),
        Rule(
            "period", "Certification ends; what is asked at recertification, and how often, is reasoned.", f"{ISO} 9.6"
        ),
        Rule(
            "automation",
            "Automated and AI functions are listed, validated by experts, overseen by people, and told to candidates.",
            f"{ISO} 6.5",
        ),
        Rule(
            "appeals", "Appeals and complaints are answered by people who had no part in the matter.", f"{ISO} 9.8, 9.9"
        ),
    ),
    evidence=(JOB, CONTENT, *ALWAYS, IMPARTIALITY, AUTOMATION, RECERTIFICATION, COMPLAINTS),
)

CERTIFICATE_PROGRAMME = Kind(
    code="certificate_programme",
    name="Certificate programme",
    standard=ASTM,
    achievement_type="Certificate",
    explained="A provider teaches towards stated outcomes and certifies that those who passed the assessment reached them. "
    "The certificate belongs to that learning event; a certificate of attendance is none of these.",
    wording=Wording(
        document="assessment-based certificate",
        holder="certificate holder",
        claims="The person took part in the learning event and reached its stated learning outcomes, as assessed.",
        never_claims="It does not certify a person's competence for a job, and its holder may not be called certified.",
        at_expiry="The certificate has a stated term; afterwards it says only what had been reached then.",
    ),
    at_expiry=AtExpiry.TERM,
    needs=(
        Element.OUTCOMES,
        Element.ASSESSED,
        Element.SIZE,
        Element.QUALITY,
        Element.LEARNING_EVENT,
        Element.INVALIDATION,
        Element.AUTOMATION,
    ),
    duties=(*ALIGNED, "learning_event", "automation"),
    rules=(
        Rule(
            "event",
            "The certificate is tied to a learning event that teaches the stated outcomes.",
            f"{ASTM}, 1.4 and 4",
        ),
        Rule("outcomes", "Every assessment is tied to the stated learning outcomes, and covers them.", ASTM),
        Rule("standard", "There is a documented passing standard, and nobody has a certificate without it.", ASTM),
        Rule("term", "The certificate's term is stated, with the grounds on which it is invalidated.", ASTM),
        Rule("name", "The holder is called a certificate holder, never certified.", ASTM),
        Rule("automation", "There is a policy on automation and AI.", f"{ASTM}-24"),
    ),
    evidence=(CONTENT, *ALWAYS, LEARNING, MATRIX, TERM, AUTOMATION),
)

MICRO_CREDENTIAL = Kind(
    code="micro_credential",
    name="EU micro-credential",
    standard=EU,
    achievement_type="MicroCredential",
    explained="The record of learning outcomes that a learner has acquired after a small volume of learning, assessed against "
    "transparent criteria, underpinned by quality assurance, and owned by the learner.",
    wording=Wording(
        document="micro-credential",
        holder="learner",
        claims="The learner has acquired the stated outcomes, at the stated level and size, and they were assessed.",
        never_claims="It is no full qualification and no licence to practise where law asks for one.",
        at_expiry="Nothing is asked of the learner; the document says until when the awarding body stands by it.",
    ),
    at_expiry=AtExpiry.NONE,
    needs=(Element.OUTCOMES, Element.ASSESSED, Element.SIZE, Element.LEVEL, Element.QUALITY),
    duties=ALIGNED,
    rules=(
        Rule("elements", "The document holds all eleven mandatory elements of Annex I.", f"{EU}, Annex I"),
        Rule("assessed", "Outcomes are assessed against transparent and clearly defined criteria.", f"{EU}, point 5"),
        Rule("quality", "Quality assurance following agreed standards underpins it.", f"{EU}, point 5 and Annex II"),
        Rule(
            "learner", "It is owned by the learner, who keeps it, shares it and takes it elsewhere.", f"{EU}, point 5"
        ),
        Rule("size", "Its workload is stated in hours and, where possible, in ECTS credits.", f"{EU}, Annex I"),
    ),
    evidence=(CONTENT, *ALWAYS, MATRIX, ANNEX),
)

OPEN_BADGE = Kind(
    code="open_badge",
    name="Open badge",
    standard="Open Badges 3.0",
    achievement_type="Badge",
    explained="A recognition that anybody can check, in the technical form that all our documents have. It need not have a level, "
    "a size or quality assurance, and so is no micro-credential.",
    wording=Wording(
        document="open badge",
        holder="holder of the badge",
        claims="The holder did what the badge's criteria describe.",
        never_claims="It states no level and no credits, and is no micro-credential.",
        at_expiry="Nothing is asked of the holder.",
        announcement="OPEN BADGE: a recognition, not a micro-credential. It states no level and no credits.",
    ),
    at_expiry=AtExpiry.NONE,
    needs=(Element.RECOGNISES,),
    duties=("policy_alignment", "ownership"),
    rules=(
        Rule("criteria", "The badge says by which criteria it is given.", "Open Badges 3.0, achievement criteria"),
        Rule(
            "plain",
            "It is called an open badge wherever it is shown, and states no level and no credits.",
            "house rule",
        ),
    ),
    evidence=(CUTS, SECURITY, IDENTITY),
)

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (CERTIFICATION, CERTIFICATE_PROGRAMME, MICRO_CREDENTIAL, OPEN_BADGE)
}
