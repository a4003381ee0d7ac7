"""The records as one table, in plain text or Markdown, with what each engine answered below it."""

from __future__ import annotations

from record import ORDERS, History, Record

HEADINGS = ["engine", "store", "fencing token", "A's late completion", "A is told", "B", "recorded"]


def rows(records: list[Record]) -> list[tuple[str, list[list[str]]]]:
    """For each order of the steps, a line an engine."""
    sections = []
    for order, steps in ORDERS.items():
        lines = []
        for record in records:
            history = next((h for h in record.histories if h.order == order), None)
            lines.append(
                [f"{record.engine} {record.version}", record.store, *_cells(record, history)]
            )
        sections.append((steps, lines))
    return sections


def _cells(record: Record, history: History | None) -> list[str]:
    token = record.token.split(":")[0].split(",")[0]
    if history is None:
        reason = "no such order: nothing expires" if record.histories else record.note
        return [token, reason, "", "", ""]
    b = {
        "accepted": "completes",
        "refused": "runs too; its completion is refused",
        "ignored": "runs too; its completion is dropped silently",
        "absent": "is given nothing",
    }[history.completionOfB]
    if not history.isGivenToB and record.note:
        b += "; " + record.note.split(":")[0]
    told = "yes" if history.isAToldOfLoss else "no"
    return [token, history.lateCompletion, told, b, history.recorded]


def answers(record: Record) -> list[str]:
    """The exact answers, a line each."""
    lines = [f"lease ends by: {record.expiry}"]
    for history in record.histories:
        steps = "after lease B" if history.order == "reclaimed" else "before lease B"
        lines.append(f"{steps}: A: {history.answerToA} (job then: {history.stateAfterA})")
        lines.append(f"{steps}: B: {history.answerToB}")
    return lines + ([record.note] if record.note else [])


def text(records: list[Record]) -> str:
    sections = rows(records)
    lines = [HEADINGS] + [line for _, section in sections for line in section]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]

    def aligned(cells: list[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()

    output = []
    for steps, section in sections:
        output += [steps, aligned([heading.upper() for heading in HEADINGS])]
        output += [aligned(line) for line in section] + [""]
    for record in records:
        output += [f"{record.engine} {record.version}"]
        output += [f"  {answer}" for answer in answers(record)]
    return "\n".join(output)


def markdown(records: list[Record]) -> str:
    output = []
    for steps, section in rows(records):
        output += [
            f"{steps[0].upper()}{steps[1:]}:",
            "",
            _bar(HEADINGS),
            _bar(["---"] * len(HEADINGS)),
        ]
        output += [_bar(line) for line in section] + [""]
    for record in records:
        output += [f"- {record.engine} {record.version}"]
        output += [f"  - {answer}" for answer in answers(record)]
    return "\n".join(output)


def _bar(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
