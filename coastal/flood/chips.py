"""SAR chips with hand labels, as Sen1Floods11 publishes them (Bonafilia et al. 2020)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import UsageError, read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Labels = NDArray[np.int8]

#: Bands of an optical chip in file order (Sentinel-2, top-of-atmosphere reflectance x 10000).
S2_BANDS = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B10", "B11", "B12")
#: Side of a tile in pixels of 10 m.
TILE = 64
#: Of a file, and of the image in it.
_MOST_BYTES = 256 * 1024**2
_S1, _S2, _LABEL = "_S1Hand.tif", "_S2Hand.tif", "_LabelHand.tif"


@dataclass(frozen=True, slots=True)
class Chip:
    """One scene on a grid of 10 m.

    Attributes:
        name: such as ``Spain_7370579``; its first part is the event.
        sar: backscatter in dB, shape (2, height, width), VV then VH; finite everywhere.
        optical: top-of-atmosphere reflectance, 0 to about 1, shape (13, height, width), in the
            order of :data:`S2_BANDS`; ``None`` where no optical image exists.
        label: 1 water, 0 dry, -1 not valid, shape (height, width). Pixels without backscatter are
            not valid.
        corner: longitude and latitude of the upper left corner; ``None`` if the file has none.
        pixel: degrees of longitude and latitude that a pixel spans, both positive, or ``None``.
    """

    name: str
    sar: Floats
    optical: Floats | None
    label: Labels
    corner: tuple[float, float] | None = None
    pixel: tuple[float, float] | None = None

    @property
    def vv(self) -> Floats:
        """Co-polarised backscatter in dB, shape (height, width)."""
        first: Floats = self.sar[0]
        return first

    @property
    def vh(self) -> Floats:
        """Cross-polarised backscatter in dB, shape (height, width)."""
        second: Floats = self.sar[1]
        return second

    @property
    def tiles(self) -> tuple[int, int]:
        """Whole tiles of :data:`TILE` pixels down and across."""
        return self.label.shape[0] // TILE, self.label.shape[1] // TILE


def chip_names(folder: Path) -> tuple[str, ...]:
    """Return the names of all chips of a folder, sorted.

    Raises:
        UsageError: the folder holds none.
    """
    names = sorted(path.name.removesuffix(_S1) for path in Path(folder).glob(f"*{_S1}"))
    if not names:
        raise UsageError(
            "no SAR chips", where=str(folder), hint=f"give a folder with files NAME{_S1}"
        )
    return tuple(names)


def read_chip(folder: Path, name: str) -> Chip:
    """Read one chip: NAME_S1Hand.tif, NAME_LabelHand.tif and, if there, NAME_S2Hand.tif.

    Raises:
        UsageError: a file is missing, is no TIFF, or its shape does not fit the others.
    """
    import numpy as np

    folder = Path(folder)
    sar, corner, pixel = _read(folder / f"{name}{_S1}", bands=2)
    label, _, _ = _read(folder / f"{name}{_LABEL}", bands=1)
    shape = label.shape[1:]
    optical: Floats | None = None
    if (folder / f"{name}{_S2}").exists():
        optical = (_read(folder / f"{name}{_S2}", bands=13)[0] / 10_000).astype(np.float32)
    for part, file in ((sar, _S1), (optical, _S2)):
        if part is not None and part.shape[1:] != shape:
            raise UsageError(
                f"{part.shape[1:]} pixels where the label has {shape}", where=f"{name}{file}"
            )
    if min(shape) < TILE:
        raise UsageError(f"fewer than {TILE} pixels across", where=f"{name}{_LABEL}")
    seen = np.isfinite(sar).all(axis=0)
    if not seen.any():
        raise UsageError("no finite backscatter", where=f"{name}{_S1}")
    filled = np.where(seen, sar, np.median(sar[:, seen], axis=1)[:, None, None])
    kept = np.where(seen & np.isin(label[0], (0, 1)), label[0], -1)
    return Chip(name, filled.astype(np.float32), optical, kept.astype(np.int8), corner, pixel)


def _read(path: Path, *, bands: int) -> tuple[Any, Any, Any]:
    """Return (bands, height, width), the upper left corner and the size of a pixel."""
    import numpy as np
    import tifffile

    data = read_bytes(path, limit=_MOST_BYTES, error=UsageError)
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            # As many pages as are due: others may be so many that looking at them has no end.
            page = file.pages.first
            pages = [file.pages[at] for at in range(bands if len(page.shape) == 2 else 1)]
            size = sum(one.nbytes for one in pages)
            if size > _MOST_BYTES:
                raise UsageError(f"an image of {size:,} bytes", where=str(path))
            found = np.asarray([one.asarray() for one in pages])
            found = found[0] if found.ndim == 4 else found
            tags = {tag.name: tag.value for tag in page.tags}
    except UsageError:
        raise
    except Exception as problem:
        # A damaged file makes tifffile raise whatever its bytes happen to lead to.
        raise UsageError("no TIFF image, or a broken one", where=str(path)) from problem
    if found.ndim == 3 and found.shape[0] != bands and found.shape[-1] == bands:
        found = np.moveaxis(found, -1, 0)
    if found.ndim != 3 or found.shape[0] != bands:
        raise UsageError(f"shape {found.shape} where {bands} bands are due", where=str(path))
    scale, tie = tags.get("ModelPixelScaleTag"), tags.get("ModelTiepointTag")
    if not scale or not tie:
        return found, None, None
    return found, (float(tie[3]), float(tie[4])), (float(scale[0]), float(scale[1]))
