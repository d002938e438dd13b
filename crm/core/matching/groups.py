"""Rows that belong to questions, many questions at once: rank and best within the rows of each question."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Groups:
    """``asked``: the question of each row, rising. ``starts``: where each question's rows begin. ``each``: row → its group."""

    asked: np.ndarray
    starts: np.ndarray
    each: np.ndarray
    sizes: np.ndarray

    def best(self, values: np.ndarray) -> np.ndarray:
        """Return, for each row, the best value among the rows of its question."""
        return np.maximum.reduceat(values, self.starts)[self.each]

    def position(self) -> np.ndarray:
        """Return the place of each row among those of its question, from 0."""
        return np.arange(len(self.asked)) - self.starts[self.each]

    def rank(self, values: np.ndarray) -> np.ndarray:
        """Return the place each row would have if its question's rows stood by falling value; ties stay as they stand."""
        order = np.lexsort((-values, self.each))
        ranks = np.empty(len(values), np.intp)
        ranks[order] = self.position()
        return ranks


def groups(asked: np.ndarray) -> Groups:
    """Describe rows by the question they answer; rows of one question stand together."""
    new = np.concatenate(([True], asked[1:] != asked[:-1])) if len(asked) else np.empty(0, bool)
    starts = np.flatnonzero(new)
    return Groups(asked, starts, np.cumsum(new) - 1, np.diff(np.append(starts, len(asked))))


def gaps_to_best_other(values: np.ndarray, company: np.ndarray, rows: Groups) -> np.ndarray:
    """Return how far each value lies above the best value of any other company that answers the same question.

    ``values``: one column for each feature. Of equal bests the company of the first leads.
    """
    if len(values) == 0:
        return values
    best = np.maximum.reduceat(values, rows.starts)[rows.each]
    places = np.where(values == best, np.arange(len(values))[:, None], len(values))
    leader = company[np.minimum.reduceat(places, rows.starts)][rows.each]
    own = company[:, None] == leader
    second = np.maximum.reduceat(np.where(own, -np.inf, values), rows.starts)[rows.each]
    gaps: np.ndarray = values - np.where(own, np.where(np.isinf(second), 0.0, second), best)
    return gaps
