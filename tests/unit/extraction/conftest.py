"""What the tests of extraction share: the vocabulary of the reference data and one extractor of all packs."""

from pathlib import Path

import pytest

from pipelines.extraction.engine import Extractor
from pipelines.extraction.vocabulary import Vocabulary, vocabulary_from
from pipelines.reference import load_reference

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return vocabulary_from(load_reference(ROOT / "reference"))


@pytest.fixture(scope="session")
def extractor(vocabulary: Vocabulary) -> Extractor:
    return Extractor(vocabulary)
