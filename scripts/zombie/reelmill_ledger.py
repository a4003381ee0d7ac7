"""Reelmill: its own tool runs the steps through the ledger's contract, on a clock that it moves."""

from __future__ import annotations

import json
import subprocess

from record import Record


def run(tool: str) -> Record:
    output = subprocess.run([tool], check=True, capture_output=True, text=True, timeout=60).stdout
    return Record.from_json(json.loads(output), "(this checkout)")


def holds(record: Record) -> bool:
    """What Reelmill claims: A is refused and told, and B completes as if A were not there."""
    return len(record.histories) == 2 and all(
        history.isGivenToB
        and history.lateCompletion == "refused"
        and history.isAToldOfLoss
        and history.completionOfB == "accepted"
        and history.recorded == "B"
        and history.isBUndisturbed
        for history in record.histories
    )
