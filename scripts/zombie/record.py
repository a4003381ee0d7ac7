"""What the zombie test saw of one engine: the form that reelmill-zombie prints too."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Literal

Order = Literal["reclaimed", "expired"]
# Ignored: it had no effect, and nothing was raised. Absent: the step never came.
Verdict = Literal["accepted", "refused", "ignored", "absent"]
Recorded = Literal["A", "B", "none"]

ORDERS: dict[Order, str] = {
    "reclaimed": "lease A, expiry, lease B, A completes, B completes",
    "expired": "lease A, expiry, A completes, lease B, B completes",
}


@dataclass(frozen=True)
class History:
    """One order of the steps. The fields are those of ZombieHistory in Sources/reelmill-zombie."""

    order: Order
    isGivenToB: bool
    lateCompletion: Verdict
    answerToA: str
    isAToldOfLoss: bool
    stateAfterA: str
    completionOfB: Verdict
    answerToB: str
    recorded: Recorded
    # B completes as if there were no A; true also where there is no B to disturb.
    isBUndisturbed: bool


@dataclass(frozen=True)
class Record:
    engine: str
    version: str
    store: str
    token: str
    expiry: str
    histories: list[History] = field(default_factory=list)
    # Said in place of histories, or beside them.
    note: str = ""

    @staticmethod
    def from_json(value: dict[str, Any], version: str) -> Record:
        histories = [History(**history) for history in value["histories"]]
        return Record(**{**value, "version": version, "histories": histories})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def installed(package: str) -> str:
    """The version of a peer in the virtual environment."""
    return version(package)


def raised(error: Exception) -> str:
    """An exception as one line, with its cause where that says more."""
    cause = error.__cause__
    text = f"{type(error).__name__}: {error}"
    if cause is not None and str(cause) != str(error):
        text = f"{type(error).__name__}, caused by {type(cause).__name__}: {cause}"
    return " ".join(text.split("CONTEXT:")[0].split())
