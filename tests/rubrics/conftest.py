"""The nine practical tasks of the sample content."""

from pathlib import Path

import pytest

from assess.schemes.sources import read_yaml
from rubrics.definition import TaskDefinition

CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content" / "rubrics.yaml"


@pytest.fixture(scope="session")
def task_documents():
    return {document["id"]: document for document in read_yaml(CONTENT)["tasks"]}


@pytest.fixture(scope="session")
def tasks(task_documents):
    return {identifier: TaskDefinition.from_document(document) for identifier, document in task_documents.items()}
