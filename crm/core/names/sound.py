"""How a name sounds: pinyin, initials, and syllables in which what people confuse is one."""

from functools import cache, lru_cache

from crm.core.names.normal import has_han, normal

_FIRST_CODE = 0xE000  # one private-use character for each syllable, so that rapidfuzz compares sounds as letters


@lru_cache(maxsize=2_000)
def pinyin(text: str) -> str:
    """Return toneless pinyin with a space between syllables; Latin words stay as they are."""
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(normal(text), errors="default")).lower()


def initials(text: str) -> str:
    """Return the first letter of each syllable and Latin word (黄石东贝 → hsdb)."""
    return "".join(word[0] for word in pinyin(text).split())


@cache
def _readings() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


@lru_cache(maxsize=30_000)
def syllable(char: str) -> str:
    """Return the most usual toneless reading of one character; itself if it has none."""
    reading = _readings().get(ord(char))
    return _toneless(reading.split(",")[0]) if reading else char


@lru_cache(maxsize=30_000)
def merged(char: str) -> str:
    """Return the reading with zh/z, ch/c, sh/s and -ang/-an, -eng/-en, -ing/-in as one."""
    reading = syllable(char)
    if len(reading) < 2:
        return reading
    if reading[:2] in ("zh", "ch", "sh"):
        reading = reading[0] + reading[2:]
    return reading[:-1] if reading.endswith(("ang", "eng", "ing")) else reading


def spelled(text: str) -> str:
    """Return the readings of a text written together, as a Latin name has them (华中 → huazhong)."""
    return "".join(syllable(c) for c in text)


def syllables(text: str) -> list[str]:
    """Return the merged reading of each character."""
    return [merged(c) for c in text]


class _Codes(dict[int, str]):
    """Translation table from characters to one code for each merged syllable, filled as characters turn up."""

    def __init__(self) -> None:
        super().__init__()
        self._syllables: dict[str, str] = {}

    def __missing__(self, point: int) -> str:
        char = chr(point)
        code = (
            self._syllables.setdefault(merged(char), chr(_FIRST_CODE + len(self._syllables))) if has_han(char) else char
        )
        self[point] = code
        return code


_codes = _Codes()


def sound_codes(text: str) -> str:
    """Return the text with each Chinese character as the code of its sound. Codes differ between processes: never store."""
    return text.translate(_codes)


@cache
def _plain_vowels() -> dict[int, str]:
    marked = {"a": "āáǎàɑ", "e": "ēéěèêếề", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔù", "v": "üǖǘǚǜ", "n": "ńňǹ", "m": "ḿ"}
    return {ord(m): vowel for vowel, marks in marked.items() for m in marks} | {0x304: "", 0x30C: "", 0x300: ""}


def _toneless(reading: str) -> str:
    return reading.translate(_plain_vowels())
