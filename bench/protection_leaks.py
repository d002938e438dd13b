"""Does protection leak? A holds a company; B files it in another spelling: is the hold found, by any name and unit.

    python -m bench.protection_leaks [--predictions FILE]

Up to 500 held-back texts of the typo, short and region kinds (B gets a hold: at most 8 %) and all held-back ones of
companies that are not registered (wrongly withheld: at most 15 %), asked as filing asks: among the rows of all units.
"""

import argparse
import random
from pathlib import Path

from bench import verdicts
from bench.matching import DATA
from crm.companies.evaluate import fresh_database, load_registry
from crm.companies.similar import find_similar_all
from crm.kit import db

TEXTS = 500


def main() -> None:
    """Print both shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predictions", type=Path)
    options = parser.parse_args()
    if options.predictions:
        labelled = verdicts.read(DATA / "queries.csv", options.predictions)
        duplicates, new = chosen(labelled)
    else:
        labelled = verdicts.read(DATA / "queries.csv", Path("/dev/null"))
        duplicates, new = chosen(labelled)
        ask(labelled, [*duplicates, *new])
    leaked = sum(not labelled.meets(number) for number in duplicates)
    withheld = sum(labelled.withheld(number) for number in new)
    print(f"B gets a hold: {leaked} of {len(duplicates)} ({leaked / len(duplicates):.1%})")
    print(f"wrongly withheld: {withheld} of {len(new)} ({withheld / len(new):.1%})")


def chosen(labelled: verdicts.Labelled) -> tuple[list[str], list[str]]:
    """Return the ids of the texts to ask, the same in every run; none that the scorers learned from."""
    chance = random.Random(20261122)
    held = verdicts.part(DATA / "split.csv", "held")
    kinds = (labelled.of_kinds(*verdicts.DUPLICATES), labelled.of_kinds("new_company"))
    duplicates, new = ([number for number in found if number in held] for found in kinds)
    return chance.sample(duplicates, min(TEXTS, len(duplicates))), chance.sample(new, min(TEXTS, len(new)))


def ask(labelled: verdicts.Labelled, numbers: list[str]) -> None:
    """Fill in what filing would find for these texts among the whole registry."""
    db.configure("sqlite://")
    with fresh_database():
        external = {company: number for number, company in load_registry(DATA / "registry.csv").items()}
        for number in numbers:
            db.session.rollback()
            query = labelled.queries[number]
            found = find_similar_all(query["text"], province=query["hint_province"], city=query["hint_city"])
            labelled.found[number] = [(external[one.company_id], str(one.verdict)) for one in found]


if __name__ == "__main__":
    main()
