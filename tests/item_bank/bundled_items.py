"""The items and blueprints that come with the project, read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from item_bank.authoring import BankEntry, entry_from_document

CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content"
ITEM_FILE: Mapping[str, Any] = yaml.safe_load((CONTENT / "items.yaml").read_text())
BLUEPRINT_FILE: Mapping[str, Any] = yaml.safe_load((CONTENT / "blueprints.yaml").read_text())
ENTRIES: dict[str, BankEntry] = {one["id"]: entry_from_document(one) for one in ITEM_FILE["items"]}
