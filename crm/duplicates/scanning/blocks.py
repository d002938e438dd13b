"""Which names are worth comparing: those that share grams few names have, the rarest first, so many for each name.

The grams are those of the name index (pairs of characters next to and one apart, pairs of sounds, core, core with its
place), computed from the stored parts in whole columns, so that rows outside the index take part too.
"""

from dataclasses import dataclass

import numpy as np

from crm.core.names.sound import merged, sound_codes
from crm.duplicates.scanning.columns import Names

CAP = 400  # a gram that more names have says too little
BUDGET = 800  # names looked at for one name
_CROWDED = 300_000  # from so many names on, grams are commoner
KEPT = 12  # names compared with one name
LEAST = 0.08  # cosine of grams below which a pair is not worth a look: .2 % of the true ones lie there
_LONGEST, _SOUNDED = 14, 5
_BITS = 24
_MASK = (1 << _BITS) - 1
_PAIR, _SOUND, _CORE, _PLACE, _BODY, _WORD = range(1, 7)
_WEIGHTS = np.array([0.0, 1.0, 0.7, 0.5, 0.7, 0.5, 1.0], np.float32)


@dataclass(slots=True)
class Blocks:
    """Grams and the names that have them. An entry is one gram of one name; entries lie gram by gram, names in order."""

    owner: np.ndarray  # name of each entry
    start: np.ndarray  # where the gram of each entry begins
    size: np.ndarray  # how many names have it
    weight: np.ndarray  # of each entry
    of_name: np.ndarray  # entries, name by name
    first: np.ndarray  # where the entries of each name begin in ``of_name``
    total: np.ndarray  # weight of all grams of each name, also of those that no other name has


@dataclass(slots=True)
class Found:
    """Pairs of names, the later one first; ``likeness`` is the cosine of their grams, ``rank`` that among the pairs of ``one``."""

    one: np.ndarray
    other: np.ndarray
    likeness: np.ndarray
    rank: np.ndarray

    def __len__(self) -> int:
        return len(self.one)

    def joined_by_name(self, more: "Found") -> "Found":
        """Return both together, all pairs of a name in a row."""
        one = np.concatenate([self.one, more.one])
        order = np.argsort(one, kind="stable")
        return Found(
            one[order],
            np.concatenate([self.other, more.other])[order],
            np.concatenate([self.likeness, more.likeness])[order].astype(np.float32),
            np.concatenate([self.rank, more.rank])[order],
        )


def build(names: Names, place: np.ndarray) -> Blocks:
    """Lay out the grams of all names. ``place`` is the province of each name, 0 where nobody knows it."""
    packed = _packed(names, place)
    packed.sort()
    gram = packed >> np.uint64(_BITS)
    starts = np.flatnonzero(np.r_[True, gram[1:] != gram[:-1]]) if len(gram) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(gram)])
    family = (gram[starts] >> np.uint64(36)).astype(np.int8)
    del gram
    weights = (_WEIGHTS[family] * np.log1p(len(names) / np.maximum(1, sizes))).astype(np.float32)
    owner = (packed & np.uint64(_MASK)).astype(np.int32)
    del packed
    total = np.bincount(owner, weights=np.repeat(weights, sizes), minlength=len(names)).astype(np.float32)
    useful = (sizes >= 2) & (sizes <= cap(len(names)))
    owner = owner[np.repeat(useful, sizes)]
    kept = sizes[useful]
    begin = np.r_[0, np.cumsum(kept)[:-1]] if len(kept) else np.empty(0, np.int64)
    of_name = np.argsort(owner, kind="stable").astype(np.int32)
    return Blocks(
        owner=owner,
        start=np.repeat(begin, kept).astype(np.int32),
        size=np.repeat(kept, kept).astype(np.int32),
        weight=np.repeat(weights[useful], kept),
        of_name=of_name,
        first=np.searchsorted(owner[of_name], np.arange(len(names) + 1)),
        total=np.maximum(total, 1e-6),
    )


def cap(count: int) -> int:
    """Return how common a gram may be in a base of so many names."""
    return CAP if count < _CROWDED else CAP * 2


def pairs(blocks: Blocks, names: Names, asked: np.ndarray, bonus: "Bonus", *, everything: bool) -> Found:
    """Return the names most like each of the ``asked`` (ascending): earlier ones, with ``everything`` later ones too."""
    one, other, weight = _hits(blocks, asked, everything=everything)
    apart = names.company[one] != names.company[other]
    one, other, weight = one[apart], other[apart], weight[apart]
    if len(one) == 0:
        return Found(one, other, weight, one)
    local = np.searchsorted(asked, one)
    quantum = np.minimum(np.round(weight * 256), 65_535).astype(np.uint64)
    packed = (local.astype(np.uint64) << np.uint64(44)) | (other.astype(np.uint64) << np.uint64(16)) | quantum
    packed.sort()
    pair = packed >> np.uint64(16)
    starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]])
    sums = np.add.reduceat((packed & np.uint64(65_535)).astype(np.float32), starts) / 256
    pair = pair[starts]
    one = asked[(pair >> np.uint64(28)).astype(np.int64)]
    other = (pair & np.uint64((1 << 28) - 1)).astype(np.int64)
    likeness = sums / np.sqrt(blocks.total[one] * blocks.total[other])
    kept = likeness >= LEAST
    one, other, likeness = one[kept], other[kept], likeness[kept]
    return _best(one, other, likeness, likeness + bonus(one, other))


def likeness(blocks: Blocks, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the cosine of grams of some pairs, whatever their grams cost."""
    sums = np.zeros(len(one), np.float32)
    for n, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        left = blocks.of_name[blocks.first[a] : blocks.first[a + 1]]
        right = blocks.of_name[blocks.first[b] : blocks.first[b + 1]]
        shared = np.isin(blocks.start[left], blocks.start[right])
        sums[n] = blocks.weight[left][shared].sum()
    return np.asarray(sums / np.sqrt(blocks.total[one] * blocks.total[other]))


class Bonus:
    """What the places of two names add to their likeness: of ten firms of one brand the one of this city comes first."""

    def __init__(self, prov: np.ndarray, city: np.ndarray) -> None:
        self.prov, self.city = prov, city

    def __call__(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the addition for pairs of names."""
        same = (self.prov[one] == self.prov[other]) & (self.prov[one] > 0)
        elsewhere = (self.prov[one] != self.prov[other]) & (self.prov[one] > 0) & (self.prov[other] > 0)
        both = (self.city[one] > 0) & (self.city[other] > 0)
        elsewhere |= same & both & (self.city[one] != self.city[other])
        return np.where(elsewhere, -0.15, np.where(same, 0.1, 0.0)).astype(np.float32)


def _best(one: np.ndarray, other: np.ndarray, likeness: np.ndarray, standing: np.ndarray) -> Found:
    """Keep the best of each name; ties by the name's number, so that a second run finds the same."""
    order = np.lexsort((-standing, one))  # stable: the pairs come sorted
    one, other, likeness = one[order], other[order], likeness[order]
    starts = np.flatnonzero(np.r_[True, one[1:] != one[:-1]])
    rank = np.arange(len(one)) - np.repeat(starts, np.diff(np.r_[starts, len(one)]))
    kept = rank < KEPT
    return Found(one[kept], other[kept], likeness[kept], rank[kept])


def _hits(blocks: Blocks, asked: np.ndarray, *, everything: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read the grams of the asked names, rarest first, as far as the budget goes."""
    sizes = blocks.first[asked + 1] - blocks.first[asked]
    entry = blocks.of_name[_ranges(blocks.first[asked], sizes)]
    name = np.repeat(asked, sizes)
    order = np.lexsort((blocks.size[entry], name))
    entry, name = entry[order], name[order]
    length = blocks.size[entry] if everything else entry - blocks.start[entry]
    spent = np.cumsum(length)
    begun = np.r_[0, np.cumsum(sizes)[:-1]]
    before = np.repeat(np.r_[0, spent][begun], sizes)
    affordable = (spent - before <= BUDGET) & (length > 0)
    entry, name, length = entry[affordable], name[affordable], length[affordable]
    other = blocks.owner[_ranges(blocks.start[entry], length)].astype(np.int64)
    return np.repeat(name, length), other, np.repeat(blocks.weight[entry], length)


def _ranges(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return start, start + 1, … for each pair of start and size, one after another."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - sizes), sizes)


def _packed(names: Names, place: np.ndarray) -> np.ndarray:
    """Return every gram of every name as one number: family, gram, name."""
    found = [*_body_grams(names)]
    known = np.flatnonzero(names.core > 0)
    found.append(_pack(_CORE, names.core[known], 0, known))
    sounds = _core_sounds(names)
    seated = np.flatnonzero((names.core > 0) & (place > 0))
    found.append(_pack(_PLACE, sounds[names.core[seated]], place[seated], seated))
    whole = np.flatnonzero(names.body > 0)
    found.append(_pack(_BODY, names.body[whole], 0, whole))
    found.append(_latin_words(names))
    return np.concatenate(found)


def _pack(family: int, left: np.ndarray, right: np.ndarray | int, name: np.ndarray) -> np.ndarray:
    mixed = (left.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        (np.asarray(right).astype(np.uint64) + np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    gram = (mixed >> np.uint64(28)) | (np.uint64(family) << np.uint64(36))
    return (gram << np.uint64(_BITS)) | name.astype(np.uint64)


def _body_grams(names: Names) -> list[np.ndarray]:
    """Pairs of characters and of sounds, computed once for each body and given to all names that have it."""
    texts = [body[:_LONGEST] for body in names.bodies]
    sizes = np.array([len(text) for text in texts])
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    chars = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    of = np.repeat(np.arange(len(texts)), sizes)
    at = np.arange(len(chars)) - starts[of]
    letters, where = np.unique(chars, return_inverse=True)
    known: dict[str, int] = {}
    sounds = np.array([known.setdefault(merged(chr(c)), len(known) + 1) for c in letters], np.int64)[where]
    grams: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]] = []
    for apart in (1, 2):
        left = np.flatnonzero(at + apart < sizes[of])
        grams.append((_PAIR, chars[left], chars[left + apart], of[left]))
    left = np.flatnonzero(at + 1 < np.minimum(sizes[of], _SOUNDED))
    grams.append((_SOUND, sounds[left], sounds[left + 1], of[left]))
    return [_spread(names, *gram) for gram in grams]


def _spread(names: Names, family: int, left: np.ndarray, right: np.ndarray, body: np.ndarray) -> np.ndarray:
    """Give the grams of bodies to the names that have them, each once."""
    grams = _pack(family, left, right, body)
    grams = np.unique(grams)
    body = (grams & np.uint64(_MASK)).astype(np.int64)
    grams = grams[np.argsort(body, kind="stable")]
    count = np.bincount(body, minlength=len(names.bodies))
    begin = np.r_[0, np.cumsum(count)[:-1]]
    sizes = count[names.body]
    taken = grams[_ranges(begin[names.body], sizes)]
    return (taken & ~np.uint64(_MASK)) | np.repeat(np.arange(len(names)), sizes).astype(np.uint64)


def _core_sounds(names: Names) -> np.ndarray:
    known: dict[str, int] = {}
    return np.array([known.setdefault(sound_codes(core), len(known)) for core in names.cores], np.int64)


def _latin_words(names: Names) -> np.ndarray:
    known: dict[str, int] = {}
    words, owners = [], []
    for name in np.flatnonzero(names.latin):
        for word in set(names.norms[names.norm[name]].split()):
            words.append(known.setdefault(word, len(known)))
            owners.append(name)
    return _pack(_WORD, np.array(words, np.int64), 0, np.array(owners, np.int64))
