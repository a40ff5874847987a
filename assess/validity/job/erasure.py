"""Who stood behind a label of a survey, and an expert's own words, are forgotten with the person."""

from assess.people.erasing import register_eraser
from assess.validity.job.actions import forget_answers

register_eraser("validity.job", forget_answers)
