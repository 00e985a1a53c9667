"""A proof as plain text: numbered steps, so that a log shows it and a screen reader reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from base import visible
from compliance.proof.tree import LawSpan, Proof, ProofFact, ProofNode
from compliance.verdicts import in_words

_TRUTH = {True: "yes", False: "no", None: "open"}
_WIDTH = 100
_WORDS_SHOWN = 200


def proof_text(proof: Proof) -> str:
    """Return a proof as lines of text without a final line end."""
    name = f" (rule {proof.rule})" if proof.rule else ""
    title = f": {proof.title}" if proof.title else ""
    lines = [
        *_wrapped(f"{proof.citation}{title}{name}", ""),
        *_wrapped(f"Verdict: {proof.verdict.replace('_', ' ')}: {proof.reason}", ""),
        *_wrapped(f"Law: {_quoted(proof.law)}", ""),
    ]
    if proof.deciding:
        shown = "; ".join(f"{fact.name} = {in_words(fact.value)}" for fact in proof.deciding)
        lines += _wrapped(f"Decided by: {shown}", "")
    elif proof.verdict != "undetermined":
        lines.append("Decided by: nothing in the design or its site; it holds whatever they are")
    if proof.missing:
        lines += _wrapped(f"Missing: {', '.join(proof.missing)}", "")
    lines += _nodes(proof.steps, "", "  ")
    return "\n".join(lines)


def step_lines(proof: Proof) -> str:
    """Return the numbered steps alone."""
    return "\n".join(_nodes(proof.steps, "", ""))


def _nodes(nodes: Sequence[ProofNode], number: str, indent: str) -> Iterator[str]:
    for place, node in enumerate(nodes, start=1):
        own = f"{number}{place}"
        yield from _wrapped(f"{own}. {_TRUTH[node.truth]}, {node.kind}: {node.statement}", indent)
        below = f"{indent}   "
        for fact in node.facts:
            yield from _wrapped(_fact(fact), below)
        if node.law is not None:
            yield from _wrapped(f"law: {_quoted(node.law)}", below)
        yield from _nodes(node.children, f"{own}.", below)


def _fact(fact: ProofFact) -> str:
    return f"fact: {fact.name} = {in_words(fact.value)} ({fact.basis})"


def _quoted(law: LawSpan) -> str:
    words = " ".join(law.words.split())
    if len(words) > _WORDS_SHOWN:
        words = words[:_WORDS_SHOWN].rsplit(" ", 1)[0] + " ..."
    return f'"{words}" ({law.provision}, {_place(law)})'


def _place(law: LawSpan) -> str:
    return f"{law.file}, characters {law.start}-{law.end}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        visible(" ".join(text.split())),
        width=max(_WIDTH, len(indent) + 40),
        initial_indent=indent,
        subsequent_indent=f"{indent}   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
