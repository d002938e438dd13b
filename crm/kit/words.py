"""Sentences that are kept and read later: stored as the text of the catalogue and what stands in it, said in each reader's language.

A room whose sentences are stored writes ``from crm.kit.words import say as _``: they are texts like any other, and know
how to be kept. What was stored as plain words, before or by a room that does not do this, reads as it was written.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

_STARTS = ('{"say":', '{"join":')


class Words(str):
    """A sentence in the language of this moment. ``kept`` is how it is stored: {"say", "with"} or {"join", "parts"}."""

    __slots__ = ("kept",)
    kept: dict[str, Any]

    def __new__(cls, text: str, kept: dict[str, Any]) -> "Words":
        """Make a sentence of its words and of what is stored of it."""
        made = super().__new__(cls, text)
        made.kept = kept
        return made

    def __str__(self) -> str:
        """Return the sentence itself: ``str()`` must not forget how it is kept."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy with what is stored."""
        return Words, (str.__str__(self), self.kept)


def say(text: str, /, **variables: Any) -> Words:
    """Return a text of the catalogue with what stands in it, as ``gettext`` does, to be kept."""
    return _said(text, {name: kept(value) for name, value in variables.items()})


def sentence(text: str) -> Words:
    """Return a text as a sentence to be kept: what is no text of the catalogue reads for everybody as it stands."""
    return text if isinstance(text, Words) else say(text)


def of(lazy: LazyString, /, **variables: Any) -> Words:
    """Return a lazy text of the catalogue, to be kept."""
    return say(lazy._args[0], **{**lazy._kwargs, **variables})


def joined(mark: str, parts: Iterable[Any]) -> Words:
    """Join sentences (the empty ones left out); before a mark none ends with a full stop, with no mark they follow each other."""
    return _joined(mark, [kept(part) for part in parts if part])


def lasting(value: Any) -> Any:
    """Return a lazy text as a sentence that can be kept; anything else as it is."""
    return spoken(kept(value)) if isinstance(value, LazyString) else value


def kept(value: Any) -> Any:
    """Return a value as it is stored as JSON: sentences and lazy texts as the catalogue knows them, all else plainly."""
    if isinstance(value, Words):
        return value.kept
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, LazyString) and len(value._args) == 1:
        return of(value).kept
    if isinstance(value, Mapping):
        return {str(name): kept(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [kept(one) for one in value]
    return str(value)


def spoken(value: Any) -> Any:
    """Return what was stored as it reads now: sentences in the reader's language, wherever they stand in it."""
    if isinstance(value, Mapping):
        if isinstance(value.get("say"), str) and isinstance(value.get("with"), Mapping):
            return _said(value["say"], dict(value["with"]))
        if isinstance(value.get("join"), str) and isinstance(value.get("parts"), list):
            return _joined(value["join"], value["parts"])
        return {name: spoken(one) for name, one in value.items()}
    return [spoken(one) for one in value] if isinstance(value, list) else value


def _said(text: str, variables: dict[str, Any]) -> Words:
    try:
        words = gettext(text, **{name: spoken(value) for name, value in variables.items()})
    except (KeyError, TypeError, ValueError):  # a text of an older version, which wanted other things in it
        words = text
    return Words(words, {"say": text, "with": variables})


def _joined(mark: str, parts: list[Any]) -> Words:
    told = [str(spoken(part)) for part in parts]
    shown = [*(map(_unstopped, parts[:-1], told[:-1]) if mark.strip() else told[:-1]), *told[-1:]]
    return Words((gettext(mark) if mark.strip() else mark).join(shown), {"join": mark, "parts": parts})


def _unstopped(part: Any, told: str) -> str:
    """Take the full stop off a sentence: its own, never the one of a name (“Co., Ltd.”) that stands alone or at its end."""
    if isinstance(part, Mapping) and isinstance(part.get("say"), str):
        text = part["say"]
        return told[:-1] if gettext(text).endswith(("。", ".")) and told.endswith(("。", ".")) else told
    if isinstance(part, Mapping) and part.get("parts"):
        last = str(spoken(part["parts"][-1]))
        return told[: len(told) - len(last) + len(_unstopped(part["parts"][-1], last))]
    return told.rstrip("。")


class WordsText(TypeDecorator[str]):
    """A column of text that keeps sentences for each reader; any other text is stored and read as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Store a sentence as JSON; a text that only looks like one gets a space before it, and stays a text."""
        if isinstance(value, Words):
            return json.dumps(value.kept, ensure_ascii=False)
        return f" {value}" if value is not None and value.startswith(_STARTS) else value

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Read it in the language of this moment."""
        if value is None or not value.startswith(_STARTS):
            return value
        try:
            said = spoken(json.loads(value))
        except ValueError:
            return value
        return said if isinstance(said, Words) else value
