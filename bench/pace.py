"""What a fixed piece of work takes: on a machine that others share, a time says something only beside the pace of that moment."""

import time


def pace() -> float:
    """Return the processor's milliseconds of a fixed piece of work: what else the machine does slows it as it slows the pages."""
    began = time.process_time()
    words = [str(n) for n in range(20_000)]
    table = {word: len(word) for word in words}
    sum(table[word] for word in words)
    return (time.process_time() - began) * 1000


def best_pace(tries: int = 2_000) -> float:
    """Return the milliseconds of the piece of work at the machine's best."""
    return min(pace() for _ in range(tries))
