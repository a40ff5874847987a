"""Constraints stand in the making of their table: fewer steps, the same tables."""

from django.db import models
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel

from assess.management.commands.makemigrations import folded


def table(name: str) -> CreateModel:
    return CreateModel(name, fields=[("id", models.AutoField(primary_key=True)), ("size", models.IntegerField())])


def test_what_is_about_a_finished_table_is_written_into_it_and_what_is_about_a_growing_one_stays() -> None:
    small = models.CheckConstraint(condition=models.Q(size__lte=3), name="small")
    index = models.Index(fields=["size"], name="by_size")
    other = models.UniqueConstraint(fields=["size", "of"], name="once")
    grows = AddField("grows", "of", models.ForeignKey("assess.fixed", models.PROTECT))
    stays = AddConstraint("grows", other)
    found = folded(
        [table("Fixed"), table("Grows"), grows, AddConstraint("fixed", small), AddIndex("fixed", index), stays],
        "assess",
    )
    assert [type(one) for one in found] == [CreateModel, CreateModel, AddField, AddConstraint]
    made = found[0]
    assert isinstance(made, CreateModel)
    assert (made.options["constraints"], made.options["indexes"]) == ([small], [index])
    assert found[2:] == [grows, stays]
