"""The tables of every area, gathered where Django looks for them. A model is defined in its area's `models.py`."""
from assess.people.models import Account

__all__ = ["Account"]
