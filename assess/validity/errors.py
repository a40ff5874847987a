"""What can't be studied, set or adopted."""


class ValidityError(Exception):
    """What can't be studied, set or adopted, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
