"""What is fuzzed: readers by family, each with seeds and the suffix of its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz import seeds_data, seeds_law


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        name: of the reader.
        suffix: of the file that it is given.
        seeds: inputs that it reads.
        read: takes the file; raises a ``BathylexError`` or returns.
    """

    name: str
    suffix: str
    seeds: tuple[bytes, ...]
    read: Callable[[Path], Any]


@cache
def targets(family: str) -> tuple[Target, ...]:
    """Return the readers of ``law``, ``survey``, ``design`` or ``model``."""
    from tests.fuzz import coastal

    match family:
        case "law":
            return _law()
        case "survey":
            return _survey() + coastal.surveys()
        case "design":
            return _design() + coastal.files()
        case "model":
            return _model() + coastal.models()
    raise ValueError(family)


FAMILIES = ("law", "survey", "design", "model")


def _law() -> tuple[Target, ...]:
    from compliance.scoring.law_file import read_law
    from corpus import digests
    from corpus.copies import decode
    from corpus.library import any_texts
    from corpus.model import Instrument
    from corpus.readers import (
        criteria,
        formex,
        isa,
        numbered,
        official_journal,
        paragraphs,
        pdf,
        rows,
        treaty,
        uscode_text,
        uslm,
        xhtml,
    )  # fmt: skip

    named = Instrument("demo", "DEMO", "Rules on Lamps", "LAMPS")

    def by_bytes(read: Callable[..., Any], **more: Any) -> Callable[[Path], Any]:
        return lambda path: _checked(
            read(path.read_bytes(), instrument=named, file=path.name, **more)
        )

    def by_text(read: Callable[..., Any]) -> Callable[[Path], Any]:
        return lambda path: _checked(
            read(decode(path.read_bytes(), path.name), instrument=named, file=path.name)
        )

    law = seeds_law
    digest = Path(digests.__file__).parent / "digest" / "isa-crusts.md"
    longer = b"Keepers shall light and watch the lamps"
    return (
        Target("uslm", ".xml", (law.USLM,), by_bytes(uslm.read)),
        Target("formex", ".xml", (law.FORMEX,), by_bytes(formex.read)),
        Target("xhtml", ".xhtml", (law.XHTML,), by_bytes(xhtml.read)),
        Target("criteria", ".xml", (law.CRITERIA,), by_bytes(criteria.read)),
        Target("pdf", ".pdf", (law.PDF,), by_bytes(pdf.read, scheme="regulations")),
        Target("treaty", ".md", (law.TREATY,), by_text(treaty.read)),
        Target("official_journal", ".txt", (law.JOURNAL,), by_text(official_journal.read)),
        Target("uscode_text", ".txt", (law.CODE,), by_text(uscode_text.read)),
        Target("isa", ".txt", (law.REGULATIONS,), by_text(isa.read)),
        Target("numbered", ".txt", (law.NUMBERED,), by_text(numbered.read)),
        Target("paragraphs", ".md", (law.PARAGRAPHS,), by_text(paragraphs.read)),
        Target("rows", ".csv", (law.ROWS,), by_text(rows.read)),
        Target(
            "digest", ".md", (digest.read_bytes()[:3000],),
            lambda path: digests.read(decode(path.read_bytes(), path.name), file=path.name),
        ),
        Target("any", ".md", (law.TREATY, law.PARAGRAPHS), any_texts),
        Target("law_html", ".html", (law.HTML,), read_law),
        Target("law_xml", ".xml", (law.FORMEX.replace(b"Keepers", longer),), read_law),
        Target("law_pdf", ".pdf", (law.PDF,), read_law),
    )  # fmt: skip


def _checked(text: Any) -> Any:
    """Refuse a law text whose provisions do not stand where they say."""
    broken = text.broken_spans()
    assert not broken, f"spans that hold other words: {broken[:3]}"
    return text


def _survey() -> tuple[Target, ...]:
    from compliance.scoring.new_series import read_series_folder
    from habitat.survey.instruments import read_argo, read_castaway, read_cnv, read_mooring
    from habitat.survey.readers import read_acoustic, read_sensor, read_structure
    from habitat.survey.woce import read_ct1, read_hy1

    data = seeds_data

    def series(path: Path) -> Any:
        path.with_name("labels.csv").write_bytes(path.read_bytes())
        return read_series_folder(path.parent, seed=0)

    return (
        Target("sensor", ".csv", (data.SENSOR,), read_sensor),
        Target("sonar", ".npy", (data.sonar(),), read_acoustic),
        Target("structure", ".json", (data.STRUCTURE,), read_structure),
        Target("ct1", ".csv", (data.CT1,), read_ct1),
        Target("hy1", ".csv", (data.HY1,), read_hy1),
        Target("cnv", ".cnv", (data.CNV,), read_cnv),
        Target("castaway", ".csv", (data.CASTAWAY,), read_castaway),
        Target("mooring", ".odf", (data.ODF,), read_mooring),
        Target("argo", ".nc", (data.argo(),), read_argo),
        Target("labels", ".csv", (data.LABELS,), series),
    )


def _design() -> tuple[Target, ...]:
    from compliance.baseline import read_baseline
    from compliance.repair.catalogue import load_catalogue
    from compliance.waiver import load_waivers
    from compliance.whatif.sites import read_site_file
    from habitat.facts import facts_of
    from habitat.load import load_design
    from jurisdictions.binding_files import read_binding_file
    from jurisdictions.extract import _segments
    from optimize.instance import load_instance

    data = seeds_data

    def binding(path: Path) -> Any:
        from base import BindingError, read_text

        return read_binding_file(read_text(path, error=BindingError), where=path.name)

    return (
        Target("design", ".yaml", (data.DESIGN,), lambda path: facts_of(load_design(path))),
        Target("design_json", ".json", (data.DESIGN_JSON,), lambda p: facts_of(load_design(p))),
        Target("instance", ".json", (data.INSTANCE,), load_instance),
        Target("waivers", ".yaml", (data.WAIVERS,), load_waivers),
        Target("prices", ".yaml", (data.PRICES,), load_catalogue),
        Target("sites", ".csv", (data.SITES,), read_site_file),
        Target("binding", ".yaml", (data.BINDING,), binding),
        Target("segments", ".jsonl", (data.SEGMENTS,), lambda path: list(_segments(path))),
        Target("baseline", ".json", (data.REPORT,), read_baseline),
    )


def _model() -> tuple[Target, ...]:
    import torch
    from torch import nn

    from distill import hashed
    from distill.checkpoint import INDEX, load_checkpoint, restore_random
    from distill.weights import load_note, load_tensors, restore_weights

    data = seeds_data
    good, index = _checkpoint()

    def restore(path: Path) -> None:
        load_note(path)
        restore_weights(nn.Linear(3, 2), path)

    def resume(path: Path, *, tensors: bytes | None = None) -> None:
        state = torch.get_rng_state()
        folder = path.parent
        if path.suffix == ".json":
            (folder / INDEX).write_bytes(path.read_bytes())
            (folder / "state-0-1-0.safetensors").write_bytes(good)
        else:
            (folder / INDEX).write_bytes(index)
            (folder / "state-0-1-0.safetensors").write_bytes(path.read_bytes())
        model = nn.Linear(3, 2)
        optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
        try:
            found = load_checkpoint(folder, model, optimiser, "mark")
            if found is not None:
                restore_random(found[2])
        finally:
            torch.set_rng_state(state)

    return (
        Target("tensors", ".safetensors", (data.tensors(),), load_tensors),
        Target("weights", ".safetensors", (data.tensors(),), restore),
        Target("hashed", ".safetensors", (data.hashed(),), hashed.load_student),
        Target("checkpoint_index", ".json", (index,), resume),
        Target("checkpoint_tensors", ".safetensors", (good,), resume),
    )


def _checkpoint() -> tuple[bytes, bytes]:
    """Return the tensors and the index of a training after one step."""
    import tempfile

    import torch
    from torch import nn

    from distill.checkpoint import INDEX, Place, save_checkpoint

    model = nn.Linear(3, 2)
    with torch.random.fork_rng(), tempfile.TemporaryDirectory() as name:
        torch.manual_seed(0)
        optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
        model(torch.ones(1, 3)).sum().backward()
        optimiser.step()
        kept = dict(model.state_dict())
        save_checkpoint(Path(name), Place(0, 1, (), 0), model, optimiser, kept, "mark")
        return (Path(name) / "state-0-1-0.safetensors").read_bytes(), (
            Path(name) / INDEX
        ).read_bytes()
