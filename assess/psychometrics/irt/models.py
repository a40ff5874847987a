"""The models by the names scripts use, and how many persons each needs before its estimates can be relied on."""

from dataclasses import dataclass

from assess.psychometrics.irt.families import Family
from assess.psychometrics.responses import ResponseError

MARGINAL = "marginal likelihood: Bock & Aitkin (1981), Psychometrika 46, 443–459"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model.

    Attributes
    ----------
    fixed_slope
        Slope 1 for all items and a free population variance.
    common_slope
        One slope for all items.
    polytomous
        Whether items may have more than two categories.
    minimum
        Persons per item from which an estimate is called sufficient.
    """

    name: str
    family: Family
    fixed_slope: bool = False
    common_slope: bool = False
    polytomous: bool = False
    minimum: int
    source: str


# minimum: Linacre (1994), Rasch Measurement Transactions 7(4), 328 (30 hold a difficulty within a logit); Drasgow (1989),
# Applied Psychological Measurement 13, 77–90 (2PL: 200); Reise & Yu (1990), Journal of Educational Measurement 27, 133–144
# (GRM: 500); Hulin, Lissak & Drasgow (1982), Applied Psychological Measurement 6, 249–260 (3PL: 1000)
MODELS = {
    model.name: model
    for model in [
        Model(
            name="Rasch",
            family="partial credit",
            fixed_slope=True,
            common_slope=True,
            minimum=30,
            source=f"Rasch (1960), Probabilistic models; {MARGINAL}",
        ),
        Model(
            name="1PL",
            family="partial credit",
            common_slope=True,
            minimum=30,
            source=f"Thissen (1982), Psychometrika 47, 175–186; {MARGINAL}",
        ),
        Model(
            name="2PL",
            family="partial credit",
            minimum=200,
            source=f"Birnbaum (1968) in Lord & Novick, Statistical theories of mental test scores; {MARGINAL}",
        ),
        Model(
            name="3PL",
            family="guessing",
            minimum=1000,
            source=f"Birnbaum (1968) in Lord & Novick, Statistical theories of mental test scores; {MARGINAL}",
        ),
        Model(
            name="PCM",
            family="partial credit",
            fixed_slope=True,
            common_slope=True,
            polytomous=True,
            minimum=30,
            source=f"Masters (1982), Psychometrika 47, 149–174; {MARGINAL}",
        ),
        Model(
            name="RSM",
            family="partial credit",
            fixed_slope=True,
            common_slope=True,
            polytomous=True,
            minimum=30,
            source=f"Andrich (1978), Psychometrika 43, 561–573; {MARGINAL}",
        ),
        Model(
            name="GPCM",
            family="partial credit",
            polytomous=True,
            minimum=500,
            source=f"Muraki (1992), Applied Psychological Measurement 16, 159–176; {MARGINAL}",
        ),
        Model(
            name="GRM",
            family="graded",
            polytomous=True,
            minimum=500,
            source=f"Samejima (1969), Psychometrika Monograph 17; {MARGINAL}",
        ),
    ]
}


def model_named(name: str) -> Model:
    """The model of that name.

    Raises
    ------
    ResponseError
        `unknown_model`.

    Examples
    --------
    >>> model_named("GRM").polytomous
    True
    """
    if name not in MODELS:
        raise ResponseError("unknown_model", f"there is no model {name!r}; models: {', '.join(MODELS)}")
    return MODELS[name]
