"""List the texts that a language's catalogue lacks, holds only as a guess, or translates with other placeholders.

python tools/untranslated.py            exit 1 and one line for each
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    # What a service refuses with is said in the reader's language where it is shown (crm/kit/web.py, forms.py).
    **dict.fromkeys(("NotFound", "Forbidden", "Conflict", "Invalid", "Stale", "TooMany"), (1,)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def source_texts() -> dict[str, str]:
    """Return each text of templates and Python with the place that uses it first."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found: dict[str, str] = {}
    for name, line, message, _comments, _context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=lambda folder: Path(folder).name[0] != "."
    ):
        for text in (message,) if isinstance(message, str) else message:
            if text:
                found.setdefault(text, f"{name}:{line}")
    return found


def catalogue(language: str) -> Catalog:
    """Read the catalogue of a language."""
    path = ROOT / "crm" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as handle:
        return read_po(handle)


def twice(language: str) -> list[str]:
    """Return the texts that stand more than once in the catalogue: two merged branches brought them, and only one is read."""
    path = ROOT / "crm" / "translations" / language / "LC_MESSAGES" / "messages.po"
    entries = path.read_text(encoding="utf-8").split("\nmsgid ")[1:]
    texts = Counter(re.split(r"\nmsg(?:id_plural|str)", entry)[0] for entry in entries)
    return [text for text, number in texts.items() if number > 1]


def faults(language: str) -> Iterator[str]:
    """Yield a line for each text that a person reading this language would not understand."""
    known = catalogue(language)
    yield from (f"twice in the catalogue: {text}" for text in twice(language))
    for text, place in sorted(source_texts().items(), key=lambda item: item[1]):
        message = known.get(text)
        if message is None or not _words(message):
            yield f"{place}: not in the catalogue: {text}"
        elif message.fuzzy:
            yield f"{place}: only guessed: {text}"
        else:
            yield from (f"{place}: {fault}: {text}" for fault in _differences(text, _words(message)))


def _words(message: Message) -> list[str]:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [text for text in texts if text]


def _differences(source: str, translations: list[str]) -> Iterator[str]:
    for translation in translations:
        if set(PLACEHOLDER.findall(translation)) != set(PLACEHOLDER.findall(source)):
            yield "other placeholders"
        if HAN.search(translation):
            yield "Chinese left in the translation"


if __name__ == "__main__":
    lines = [line for language in (sys.argv[1:] or ["en"]) for line in faults(language)]
    print("\n".join([*lines, f"{len(lines)} texts need work"]))
    sys.exit(bool(lines))
