"""Formulas as content writes them, evaluated in decimals over a closed grammar.

Numbers, given names, ``+ - * / **``, comparisons, ``a if c else b`` and the functions max, min, abs and sqrt (also
written math.sqrt). There are no other attributes, no subscripts, no other names: a formula can't reach anything but its
inputs.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, localcontext

_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_LONGEST = 500
_LARGEST_POWER = 20

_BINARY: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_FUNCTIONS: dict[str, Callable[..., Decimal]] = {"max": max, "min": min, "abs": abs, "sqrt": lambda x: x.sqrt()}


class FormulaError(ValueError):
    """A formula outside the grammar, with a missing input, or without a finite result."""

    code = "bad_formula"


def evaluate_formula(formula: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """Evaluate a formula with 34 significant digits.

    Raises
    ------
    FormulaError
        Names the formula and what is wrong with it.

    Examples
    --------
    >>> evaluate_formula("max(0, (f-50-0.2)/(0.05*50)*100)", {"f": Decimal("50.45")})
    Decimal('10.0')
    >>> evaluate_formula("x.__class__", {"x": Decimal(1)})
    Traceback (most recent call last):
    simulator_adapters.formulas.FormulaError: 'x.__class__': Attribute is not part of a formula.
    """
    if len(formula) > _LONGEST:
        raise FormulaError(f"{formula[:30]!r}…: a formula has at most {_LONGEST} characters.")
    try:
        tree = ast.parse(formula, mode="eval")
        with localcontext(_CONTEXT):
            result = _value(tree.body, inputs)
    except FormulaError as problem:
        raise FormulaError(f"{formula!r}: {problem}") from None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f"{formula!r} is not a formula. Use numbers, names, + - * / and parentheses.") from None
    except DecimalException:
        raise FormulaError(f"{formula!r} has no finite result for these inputs.") from None
    if not result.is_finite():
        raise FormulaError(f"{formula!r} has no finite result for these inputs.")
    return result


def _value(node: ast.expr, inputs: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=bool()):
            raise FormulaError("True and False are not part of a formula.")
        case ast.Constant(value=int() | float() as number):
            return Decimal(str(number))
        case ast.Name(id=name):
            if name not in inputs:
                raise FormulaError(f"{name} is not given. Given are {', '.join(sorted(inputs)) or 'no inputs'}.")
            return inputs[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, inputs)
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=int() as power)) if power <= _LARGEST_POWER:
            return _value(base, inputs) ** power
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, inputs), _value(right, inputs))
        case ast.IfExp(test=test, body=body, orelse=other):
            return _value(body if _holds(test, inputs) else other, inputs)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr="sqrt"), args=[root], keywords=[]):
            return _value(root, inputs).sqrt()
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if name in _FUNCTIONS:
            return _call(name, [_value(arg, inputs) for arg in args])
    raise FormulaError(f"{type(node).__name__} is not part of a formula.")


def _call(name: str, values: list[Decimal]) -> Decimal:
    if name in ("abs", "sqrt") and len(values) != 1:
        raise FormulaError(f"{name} takes one value.")
    return _FUNCTIONS[name](*values) if len(values) > 1 or name in ("abs", "sqrt") else values[0]


def _holds(test: ast.expr, inputs: Mapping[str, Decimal]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return _COMPARE[type(op)](_value(left, inputs), _value(right, inputs))
    raise FormulaError("the condition after 'if' must be one comparison.")
