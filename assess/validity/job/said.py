"""What holds and what is lacking about the job, in sentences for people, the lacking first; pure."""

from collections.abc import Sequence

from assess.validity.job.content_rules import ACCEPT, REJECT, REVISE, UNKNOWN
from assess.validity.job.evidence import Analysis, BiasState, ContentValidation, Coverage, Weight
from assess.validity.job.weighting import DIFFERS
from assess.validity.job.weighting import UNKNOWN as UNTOLD

GAPS = {
    "untested": ("statement of the job is tested by nothing", "statements of the job are tested by nothing"),
    "unlinked outcome": (
        "outcome has no statement of the job behind it",
        "outcomes have no statement of the job behind them",
    ),
    "unlinked element": ("element tests no statement of the job", "elements test no statement of the job"),
}


def sentences_about(
    analysis: Analysis | None,
    waiting: Analysis | None,
    weights: Sequence[Weight],
    covered: Coverage,
    content: ContentValidation | None,
    bias: BiasState,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a director reads first: what is lacking, and what holds."""
    lacking: list[str] = []
    holding: list[str] = []
    _of_analysis(analysis, waiting, lacking, holding)
    if analysis is not None:
        _of_weights(weights, lacking, holding)
        _of_gaps(covered, lacking, holding)
    _of_content(content, lacking, holding)
    _of_bias(bias, lacking, holding)
    return tuple(lacking), tuple(holding)


def _of_analysis(analysis: Analysis | None, waiting: Analysis | None, lacking: list[str], holding: list[str]) -> None:
    if analysis is None:
        lacking.append("No job-task analysis is adopted.")
    else:
        said = f"Job-task analysis {analysis.number} was adopted by {analysis.board} on {analysis.adopted_on}"
        counted = f"{analysis.practitioners} practitioners rated {len(analysis.statements)} statements"
        sentence = f"{said}: {counted}, {len(analysis.kept)} count."
        if analysis.enough:
            holding.append(sentence)
        else:
            lacking.append(f"{sentence} That is fewer practitioners than its rules ask for.")
        if not analysis.reliability["sufficient"]:
            lacking.append(f"How reliable the ratings are is not known: {analysis.reliability['words']}.")
    if waiting is not None:
        what = "is open" if waiting.state == "open" else "is closed and waits for a board"
        lacking.append(f"Job-task analysis {waiting.number} {what}: {waiting.practitioners} practitioners so far.")


def _of_weights(weights: Sequence[Weight], lacking: list[str], holding: list[str]) -> None:
    lacking += [one.sentence for one in weights if one.verdict == DIFFERS]
    untold = [one.identifier for one in weights if one.verdict == UNTOLD]
    if untold:
        lacking.append(f"Whether these have the weight that the job gives them can't be told: {', '.join(untold)}.")
    alike = len(weights) - len(untold) - sum(one.verdict == DIFFERS for one in weights)
    if alike:
        holding.append(f"{alike} of {len(weights)} weights of the scheme are those of the job within the tolerance.")


def _of_gaps(covered: Coverage, lacking: list[str], holding: list[str]) -> None:
    for kind, (one, many) in GAPS.items():
        mine = [gap.what for gap in covered.gaps if gap.kind == kind]
        if mine:
            lacking.append(f"{len(mine)} {one if len(mine) == 1 else many}: {_listed(mine)}.")
    if not covered.gaps:
        holding.append("Every statement of the job that counts is tested, and every element tests one.")


def _of_content(content: ContentValidation | None, lacking: list[str], holding: list[str]) -> None:
    if content is None:
        lacking.append("No content panel is closed: no experts have said that items and criteria belong to the job.")
        return
    for verdict, words in (
        (REJECT, "to be taken out"),
        (REVISE, "to be revised"),
        (UNKNOWN, "rated by too few experts"),
    ):
        mine = [one.element for one in content.with_verdict(verdict)]
        if mine:
            lacking.append(f"By the content panel {words}: {_listed(mine)}.")
    unseen = [*content.missing, *(one.element for one in content.elements if not one.current)]
    if unseen:
        lacking.append(f"New or changed since the content panel: {_listed(unseen)}.")
    accepted = len(content.with_verdict(ACCEPT))
    said = f"{content.experts} experts accepted {accepted} of {len(content.elements)} elements"
    holding.append(f"{said}; S-CVI/Ave {content.s_cvi_average['words']}.")


def _of_bias(bias: BiasState, lacking: list[str], holding: list[str]) -> None:
    if bias.open:
        named = _listed([one.element for one in bias.open])
        lacking.append(f"{len(bias.open)} concern{'s' if len(bias.open) > 1 else ''} about bias open: {named}.")
    if not bias.reviewed:
        lacking.append("Nobody has read items and criteria for bias and sensitivity.")
    elif bias.missing:
        lacking.append(f"Not read for bias as they stand now: {_listed(bias.missing)}.")
    if bias.reviewed:
        people = "1 person" if bias.reviewers == 1 else f"{bias.reviewers} people"
        concerns = "1 concern is" if bias.resolved == 1 else f"{bias.resolved} concerns are"
        holding.append(f"{bias.reviewed} elements were read for bias by {people}; {concerns} resolved.")


def _listed(names: Sequence[str], most: int = 6) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
