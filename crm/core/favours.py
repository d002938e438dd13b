"""Words that promise tax or money favours to a named firm, which 公平竞争审查条例 forbids: found and shown, never refused.

Source: domain.md §9.5.
"""

import re
import unicodedata

_WORDS = (
    *("税收返还", "税收奖励返还", "返税", "退税奖励", "先征后返", "先征后奖", "即征即奖", "财政返还", "地方留存返还"),
    *("一事一议补贴", "一事一议奖补", "一企一策补贴", "奖补承诺", "承诺奖补", "承诺补贴", "补贴承诺", "包税", "零地价"),
    *("土地出让金返还", "返还土地出让金", "税收减免承诺", "承诺免税", "财政奖补兜底"),
)
_PATTERNS = (
    re.compile(r"税[^，。；,;\n]{0,6}返还"),
    re.compile(r"返还[^，。；,;\n]{0,6}税"),
    re.compile(r"一事一议[^，。；,;\n]{0,6}(补贴|奖补|补助|奖励)"),
)


def favours_in(*texts: str) -> list[str]:
    """Return the words of the texts that promise a favour, each once, in the order they stand."""
    found: dict[str, None] = {}
    for text in texts:
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))
        hits = [(plain.find(word), word) for word in _WORDS if word in plain]
        hits += [(hit.start(), hit.group()) for pattern in _PATTERNS for hit in pattern.finditer(plain)]
        for _place, word in sorted(hits):
            if not any(word in longer for longer in found):
                found[word] = None
    return list(found)
