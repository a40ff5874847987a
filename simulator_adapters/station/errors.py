"""What a station can't do, each as a sentence with its remedy."""


class StationError(Exception):
    """Something a person at the station has to know; `code` is for machines."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class DiskFull(StationError):
    """What was to be kept could not be written; what was kept before is whole."""
