"""What the bank refuses."""


class ItemBankError(Exception):
    """A stable code for machines, a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
