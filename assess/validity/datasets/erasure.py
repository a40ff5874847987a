"""Who stood behind the random names of frozen data is forgotten with the person."""

from assess.people.erasing import register_eraser
from assess.validity.datasets.actions import forget_names

register_eraser("validity.datasets", forget_names)
