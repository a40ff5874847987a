"""The items and blueprints that come with the project, read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from item_bank.authoring import BankEntry, entry_from_document

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content"
ITEM_FILE: Mapping[str, Any] = yaml.load((CONTENT / "items.yaml").read_text(), Loader=LOADER)
BLUEPRINT_FILE: Mapping[str, Any] = yaml.load((CONTENT / "blueprints.yaml").read_text(), Loader=LOADER)
ENTRIES: dict[str, BankEntry] = {one["id"]: entry_from_document(one) for one in ITEM_FILE["items"]}
