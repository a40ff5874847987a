"""`manage.py makemigrations`: Django's own, with constraints and indexes written into the table that they belong to."""

from collections.abc import Sequence
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation


class Command(makemigrations.Command):
    help = f"{makemigrations.Command.help} A new table is written with its constraints, so that a fresh database is made sooner."

    def write_migration_files(self, changes: dict[str, list[Any]], *args: Any, **options: Any) -> None:
        for migrations in changes.values():
            for migration in migrations:
                migration.operations = folded(migration.operations, migration.app_label)
        super().write_migration_files(changes, *args, **options)


def folded(operations: Sequence[Operation], app_label: str) -> list[Operation]:
    """The same operations; constraints and indexes stand in the making of their table, where all its fields are made there.

    Django's optimizer leaves them where another table refers to this one in between, although that changes nothing.
    """
    grows = {operation.model_name_lower for operation in operations if isinstance(operation, AddField)}
    found: list[Operation] = []
    place: dict[str, int] = {}
    for operation in operations:
        if isinstance(operation, AddConstraint | AddIndex) and operation.model_name_lower in place.keys() - grows:
            at = place[operation.model_name_lower]
            taken_in = found[at].reduce(operation, app_label)
            assert isinstance(taken_in, list)
            found[at : at + 1] = taken_in
            continue
        if isinstance(operation, CreateModel):
            place[operation.name_lower] = len(found)
        found.append(operation)
    return found
