"""The second look: at the best candidate of each question, and at who is merely related. Both learned (trees.py).

The scorer of pairs sees each candidate beside its question; here the best one is seen beside the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crm.core.matching.trees import scorer, table

STAGE = (
    "best",
    "second",
    "third",
    "gap",
    "sum",
    "some",
    "with_core",
    "with_body",
    "with_sound",
    "better_norm",
    "better_body",
)
"""What the stages know of a question's candidates besides the features of one: see ``crowd``."""


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One question: ``best`` name of each company, best company first; ``first``: how surely that is the one meant.

    ``kin``: for each of ``best``, how surely it belongs to the same group.
    """

    best: np.ndarray
    first: float
    kin: np.ndarray


def second_look(
    columns: Mapping[str, np.ndarray], scores: np.ndarray, company: Sequence[int], starts: Sequence[int]
) -> list[SecondLook | None]:
    """Look again at the rows of each question, which begin at ``starts`` (the end as last); None where there are none."""
    sizes = np.diff(starts)
    every = best_names(company, scores, np.repeat(np.arange(len(sizes)), sizes))
    if not every:
        return [None] * len(sizes)
    made = stage_columns(columns, scores, every, firsts=False)
    sizes_of = [len(best) for best in every]
    ends = np.cumsum(sizes_of)
    kin, first = scorer("kin"), scorer("first")
    rows = table(made, kin.features)
    ahead = rows[ends - sizes_of]  # the best of each question: both scorers were taught the same features
    sure, close = first.of_rows(ahead).tolist(), np.split(kin.of_rows(rows), ends[:-1])
    looks = iter(map(SecondLook, every, sure, close))
    return [next(looks) if size else None for size in sizes.tolist()]


def best_names(company: Sequence[int], scores: np.ndarray, asked: np.ndarray) -> list[np.ndarray]:
    """Return for each question with rows (``asked``: the question of each row, rising) its rows reduced to the best name
    of each company, the best company first; of equals the first."""
    owners = np.asarray(company)
    order = np.lexsort((-scores, asked))  # stable: equals stay as they stand
    by_owner = np.lexsort((owners[order], asked[order]))  # stable too: within a company the best name stands first
    own, of = owners[order][by_owner], asked[order][by_owner]
    new = np.ones(len(own), bool)
    new[1:] = (own[1:] != own[:-1]) | (of[1:] != of[:-1])
    kept = order[np.sort(by_owner[new])]
    found: list[np.ndarray] = np.split(kept, np.flatnonzero(np.diff(asked[kept])) + 1) if len(kept) else []
    return found


def crowd(columns: Mapping[str, np.ndarray], scores: np.ndarray, best: np.ndarray) -> tuple[float, ...]:
    """Return the values of ``STAGE`` for one question; ``best`` are its companies' best names, the best company first."""
    told = scores[best]
    first = best[0]
    one, two, three = (*told[:3].tolist(), 0.0, 0.0)[:3]
    return (
        one,
        two,
        three,
        one - two,
        float(told.sum()),
        float((told > 0.05).sum()),
        float((columns["same_core"][best] > 0).sum()),
        float((columns["same_body"][best] > 0).sum()),
        float((columns["sound_edits"][best] == 0).sum()),
        float((columns["norm"][best] > columns["norm"][first]).sum()),
        float((columns["body"][best] > columns["body"][first]).sum()),
    )


def stage_columns(
    columns: Mapping[str, np.ndarray], scores: np.ndarray, every: Sequence[np.ndarray], *, firsts: bool
) -> dict[str, np.ndarray]:
    """Return the features of the best candidate of each question, or of all (``firsts=False``), with ``STAGE``.

    ``every``: for each question with candidates its companies' best names, the best company first.
    """
    places = np.concatenate([best[:1] if firsts else best for best in every])
    sizes = [1 if firsts else len(best) for best in every]
    crowds = np.repeat(np.array([crowd(columns, scores, best) for best in every]), sizes, axis=0)
    found = {name: values[places] for name, values in columns.items()}
    found["score"] = scores[places]
    found["order"] = np.concatenate([np.arange(size) for size in sizes])
    return found | dict(zip(STAGE, crowds.T, strict=True))
