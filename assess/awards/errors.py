"""The one error of awards."""


class AwardError(Exception):
    """What can't be decided, approved, released or issued, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
