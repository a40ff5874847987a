"""An author's formula, worked out again from its inputs: decimal arithmetic over a short list of operations, nothing else."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException, localcontext

DIGITS = 28
LARGEST_EXPONENT = 1000

_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _root(values: Sequence[Decimal]) -> Decimal:
    (value,) = values
    return value.sqrt()


def _whole(values: Sequence[Decimal]) -> Decimal:
    (value,) = values
    return value.quantize(Decimal(1), ROUND_HALF_EVEN)


_FUNCTIONS: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "math.sqrt": _root,
    "round": _whole,
    "max": max,
    "min": min,
}


class FormulaError(ValueError):
    """A formula that can't be worked out, with the reason."""


def evaluate(formula: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """Work out a formula in decimals of 28 digits.

    Parameters
    ----------
    formula : str
        Numbers, input names, ``+ - * / **``, brackets, ``math.sqrt``, ``round`` (to a whole number), ``max`` and ``min``.
    inputs : mapping
        Values by name.

    Raises
    ------
    FormulaError
        For anything else, an unknown name, or arithmetic that has no result.

    Examples
    --------
    >>> evaluate("P/U", {"P": Decimal(7400), "U": Decimal(200)})
    Decimal('37')
    """
    try:
        tree = ast.parse(formula, mode="eval")
    except (SyntaxError, ValueError) as error:
        raise FormulaError(f"'{formula}' is not a formula: {error}.") from error
    with localcontext() as context:
        context.prec = DIGITS
        try:
            return _value(tree.body, inputs)
        except DecimalException as error:
            raise FormulaError(f"'{formula}' has no result for these inputs ({type(error).__name__}).") from error


def _value(node: ast.expr, inputs: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(str(number))
        case ast.Name(id=name):
            if name not in inputs:
                raise FormulaError(f"The formula uses '{name}', which is not among the inputs.")
            return inputs[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, inputs)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            first, second = _value(left, inputs), _value(right, inputs)
            if isinstance(operation, ast.Pow) and abs(second) > LARGEST_EXPONENT:
                raise FormulaError(f"The exponent {second} is beyond {LARGEST_EXPONENT}.")
            return _OPERATIONS[type(operation)](first, second)
        case ast.Call(func=function, args=arguments, keywords=[]) if ast.unparse(function) in _FUNCTIONS:
            values = [_value(one, inputs) for one in arguments]
            try:
                return _FUNCTIONS[ast.unparse(function)](values)
            except ValueError as error:
                raise FormulaError(f"{ast.unparse(function)} has the wrong number of values.") from error
    raise FormulaError(f"'{ast.unparse(node)}' is not allowed in a formula.")


def names(formula: str) -> frozenset[str]:
    """The input names a formula uses.

    Examples
    --------
    >>> sorted(names("math.sqrt(I**2*t)/k"))
    ['I', 'k', 't']
    """
    tree = ast.parse(formula, mode="eval")
    functions = {function.split(".")[0] for function in _FUNCTIONS}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - functions
