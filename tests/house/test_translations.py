"""Every text has its English: the catalogue is complete, sure of itself, and keeps the placeholders."""

import pytest

from tools.untranslated import faults, source_texts


@pytest.mark.parametrize("language", ["en"])
def test_the_catalogue_is_complete(language):
    assert list(faults(language)) == []


def test_the_texts_of_templates_and_python_are_found():
    places = " ".join(source_texts().values())

    assert "templates/" in places
    assert "crm/" in places


def test_source_texts_are_chinese():
    """A source text in plain ASCII is a code, or English that Chinese readers would meet."""
    plain = {text: place for text, place in source_texts().items() if text.isascii()}

    assert plain == {}
