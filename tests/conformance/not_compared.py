"""Stored numbers that nothing is compared with: by case, places (as patterns) and the reason."""

NOT_COMPARED: dict[str, dict[str, str]] = {"*": {}}
