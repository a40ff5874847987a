"""Everything that machines ran for an attempt is computed again from its raw evidence, and agrees."""

import pytest

from assess.attempts.files.verified_runs import verified_runs
from tests.web.sample_centre import Centre
from tests.web.test_evidence_pages import sealed


@pytest.mark.slow
def test_every_run_of_the_ten_simulations_agrees_with_its_raw_evidence(centre: Centre) -> None:
    attempt = sealed(centre).attempt
    found = {(one.about, one.state, one.sentences) for one in verified_runs([attempt.pk])}
    names = [pin["simulation"] for pin in attempt.pins["simulations"] if not pin["simulation"].startswith("SIM-RET")]
    assert found == {(name, "agrees", ()) for name in names}
