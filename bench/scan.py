"""The scan of the whole base: how long, how much memory, how many injected duplicates found, how sure 同一 is.

    python -m bench.scan --scale scale_names.csv.gz [--count 100000] [--keep FOLDER] [--database URL]

A base of COUNT companies (the registry of tests/data/company-matching, then recombined names of the list) and a tenth as
many duplicates (bench/injection.py says of what kinds). The scan runs in a process of its own, as the command runs it;
its memory is the most that process ever held. With --keep the base stays in FOLDER and is used again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select, text

from bench import crowd
from crm.companies.models import Company
from crm.config import ROOT
from crm.duplicates.models import Cluster, ClusterMember, ClusterPair
from crm.kit import db
from crm.kit.migrate import upgrade

REGISTRY = ROOT / "tests" / "data" / "company-matching" / "registry.csv"
SEED = 1
_EMPTIED = ("cluster_pairs", "cluster_members", "clusters", "scan_pairs", "scans")


def main() -> None:
    """Build, scan, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--database", help="an empty database; SQLite by default")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(scanned(options.child)))
        return
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        kept = options.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        url = options.database or f"sqlite:///{kept.resolve()}/scan.sqlite3"
        truth = built(url, kept / f"truth-{options.count}.json", options)
        command = [sys.executable, "-m", "bench.scan", "--scale", str(options.scale), "--child", url]
        found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        print(*measured(found), *quality(truth), sep="\n")


def built(url: str, told: Path, options: argparse.Namespace) -> list[tuple[int, int, str]]:
    """Make the base, or take the one that is there; return duplicate, original and kind."""
    db.configure(url)
    upgrade()
    if not told.exists():
        began = time.perf_counter()
        rows = crowd.rows(REGISTRY, options.scale, options.count, seed=SEED)
        ids = crowd.store(rows)
        truth = [(ids[row.record.external_id], ids[row.of], row.kind) for row in rows if row.of]
        told.write_text(json.dumps(truth), encoding="utf-8")
        print(f"built {len(rows)} companies in {time.perf_counter() - began:.0f} s", flush=True)
    with db.transaction():
        for table in _EMPTIED:
            db.session.execute(text(f"delete from {table}"))
    return [tuple(one) for one in json.loads(told.read_text(encoding="utf-8"))]


def scanned(url: str) -> dict[str, float]:
    """Scan the base in this process; return its figures."""
    from crm.duplicates import scans
    from crm.duplicates.models import Scan, ScanKind
    from crm.duplicates.scanning import running

    db.configure(url)
    with db.transaction():
        number = scans.open_scan(ScanKind.FULL).id
    before = most_memory()
    began, used = time.perf_counter(), time.process_time()
    running.run(number, lambda done, total: None)
    figures = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    with db.transaction():
        counts = db.session.get_one(Scan, number).counts
    return {**counts, **figures, "megabytes": most_memory(), "before": before, "load": os.getloadavg()[0]}


def most_memory() -> float:
    """Return the most that this process ever held, in MB. Not getrusage: that counts the parent before exec too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def measured(found: dict[str, float]) -> list[str]:
    """Return time, memory and counts as lines."""
    words = ("companies", "names", "compared", "same", "likely", "related", "clusters", "cut")
    return [
        f"scan {found['seconds']:.1f} s, {found['cpu']:.1f} s of one core, load {found['load']:.1f} at the end",
        f"memory of the process {found['megabytes']:.0f} MB, {found['before']:.0f} of it before the scan",
        "  ".join(f"{word} {found[word]:.0f}" for word in words),
    ]


def quality(truth: list[tuple[int, int, str]]) -> list[str]:
    """Return recall (duplicate and original in one cluster) and the precision of verdicts as lines."""
    original = {duplicate: of for duplicate, of, _ in truth}
    cluster = {c: k for k, c in db.session.execute(select(ClusterMember.cluster_id, ClusterMember.company_id))}
    hits = [duplicate in cluster and cluster[duplicate] == cluster.get(of) for duplicate, of, _ in truth]
    lines = [f"recall {sum(hits) / max(1, len(hits)):.4f} of {len(hits)}"]
    kinds: dict[str, list[bool]] = {}
    for (_, _, kind), hit in zip(truth, hits, strict=True):
        made, _, how = kind.partition(" ")
        kinds.setdefault(made, []).append(hit)
        kinds.setdefault(f"by {how}", []).append(hit)
    lines += [f"  {kind:<16} {sum(told) / len(told):.3f} of {len(told)}" for kind, told in sorted(kinds.items())]
    for verdict in ("same", "likely"):
        query = select(ClusterPair.left_id, ClusterPair.right_id).where(ClusterPair.verdict == verdict)
        said = [original.get(a, a) == original.get(b, b) for a, b in db.session.execute(query)]
        lines.append(f"precision of {verdict} {sum(said) / max(1, len(said)):.4f} of {len(said)} pairs")
    sizes = [size for (size,) in db.session.execute(select(Cluster.size))]
    total = db.session.scalar(select(func.count()).select_from(Company))
    lines.append(f"clusters {len(sizes)}, largest {max(sizes, default=0)}, among {total} companies")
    return lines


if __name__ == "__main__":
    main()
