"""From what a meeting holds to its cut, by its method; with and without judges whom somebody excluded. Pure."""

from collections.abc import Callable

from assess.psychometrics.responses import ResponseError
from assess.validity.cut_scores.forms import Method
from assess.validity.cut_scores.judged_cuts import angoff_cut, bookmark_cut, ebel_cut
from assess.validity.cut_scores.rules import FoundCut, Given, NoCut
from assess.validity.cut_scores.scored_cuts import body_of_work_cut, compromise_cut, impressions_cut

FINDERS: dict[Method, Callable[[Given], FoundCut]] = {
    Method.ANGOFF: angoff_cut,
    Method.YES_NO: angoff_cut,
    Method.EBEL: ebel_cut,
    Method.BOOKMARK: bookmark_cut,
    Method.HOFSTEE: compromise_cut,
    Method.BEUK: compromise_cut,
    Method.BODY_OF_WORK: body_of_work_cut,
    Method.CONTRASTING: impressions_cut,
    Method.BORDERLINE_GROUP: impressions_cut,
    Method.BORDERLINE_REGRESSION: impressions_cut,
}


def found_cut(given: Given) -> FoundCut:
    """The cut of a meeting. Where judges are excluded, the cut is that of the others, and `everybody` stands beside it.

    Raises
    ------
    NoCut
        With the reason in a sentence.
    """
    if not given.excluded:
        return _found(given)
    kept = _found(given.without_excluded())
    whole = _found(given)
    everybody = {"value": str(whole.value), "standard_error": str(whole.standard_error), "method": whole.method}
    return FoundCut(kept.value, kept.standard_error, kept.method, {**kept.document, "everybody": everybody})


def _found(given: Given) -> FoundCut:
    try:
        return FINDERS[given.method](given)
    except ResponseError as error:
        raise NoCut(f"{error}.") from None
