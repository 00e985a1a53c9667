"""Reading a sonar image: a NumPy file in dB, averaged to the size that students take."""

from __future__ import annotations

import io
import tokenize
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import SurveyError, read_bytes
from habitat.survey.acoustic import SIZE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Largest file: a header and 8192 by 8192 numbers of 4 bytes.
MAX_SONAR_BYTES = 8192 * 8192 * 4 + 4096
SMALLEST_SIDE, LARGEST_SIDE = 16, 8192
#: What a level in dB can be; amplitudes, counts and linear intensities lie beyond as a rule.
LEVEL_DB = (-200.0, 200.0)
#: Least share of cells that hold a number.
LEAST_FINITE = 0.5
#: What a damaged header makes NumPy raise.
_DAMAGE = (
    *(ValueError, TypeError, SyntaxError, EOFError, OSError),
    *(MemoryError, RecursionError, OverflowError, tokenize.TokenError),
)
_HINT = "save a 2-D array of backscatter in dB with numpy.save"


def read_acoustic(path: Path | str) -> NDArray[np.float32]:
    """Read a sonar image and average it to 64 by 64 cells.

    The file is a ``.npy`` of integers or floats, shape (pings, ranges) or the same with one channel
    first or last, 16 to 8192 a side, backscatter in dB. Up to half of it may be NaN (or infinite):
    such cells take no part in the mean, and a cell of the result without any takes the mean of the
    image. Means are taken of the dB values, weighted by area: smaller images are repeated, not
    smoothed. Pickled content is never read.

    Args:
        path: the file.

    Returns:
        Shape (64, 64), dB, float32, finite.

    Raises:
        SurveyError: one line that says what is wrong with the file.
    """
    import numpy as np

    file = Path(path)
    where = str(file)
    image = _one_channel(_load(file, where), where)
    low, high = SMALLEST_SIDE, LARGEST_SIDE
    if not all(low <= side <= high for side in image.shape):
        raise SurveyError(
            f"image of {image.shape[0]} by {image.shape[1]} cells",
            where=where,
            hint=f"give {low} to {high} a side",
        )
    known = np.isfinite(image)
    share = float(known.mean())
    if share < LEAST_FINITE:
        raise SurveyError(
            f"only {share:.0%} of the cells hold a number",
            where=where,
            hint=f"give at least {LEAST_FINITE:.0%}",
        )
    outside = known & ((image < LEVEL_DB[0]) | (image > LEVEL_DB[1]))
    if outside.any():
        row, column = (int(n) for n in np.argwhere(outside)[0])
        raise SurveyError(
            f"level of {float(image[row, column]):g} at row {row}, column {column}",
            where=where,
            hint=f"give backscatter in dB, {LEVEL_DB[0]:g} to {LEVEL_DB[1]:g}",
        )
    return _averaged(np.where(known, image, 0.0).astype(np.float64), known)


def _load(file: Path, where: str) -> NDArray[Any]:
    import numpy as np

    data = read_bytes(file, limit=MAX_SONAR_BYTES, error=SurveyError)
    if not data:
        raise SurveyError("empty file", where=where, hint=_HINT)
    if not data.startswith(b"\x93NUMPY"):
        raise SurveyError("no NumPy .npy file", where=where, hint=_HINT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers that Python 2 wrote
            array = np.load(io.BytesIO(data), allow_pickle=False)
    except _DAMAGE as problem:
        what = "holds Python objects" if "bject" in str(problem) else "damaged or cut off"
        raise SurveyError(f"{what}, and cannot be read", where=where, hint=_HINT) from problem
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        kind = getattr(array, "dtype", type(array).__name__)
        raise SurveyError(f"array of {kind}, expected real numbers", where=where, hint=_HINT)
    return array


def _one_channel(array: NDArray[Any], where: str) -> NDArray[Any]:
    if array.ndim == 3 and array.shape[0] == 1:
        return array[0]  # type: ignore[no-any-return]
    if array.ndim == 3 and array.shape[2] == 1:
        return array[:, :, 0]
    if array.ndim != 2:
        raise SurveyError(f"array of shape {array.shape}", where=where, hint=_HINT)
    return array


def _averaged(image: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Average by area over 64 by 64 equal rectangles; cells are cut at their edges."""
    import numpy as np

    rows, columns = (_shares(side) for side in image.shape)
    weight = rows @ known.astype(np.float64) @ columns.T
    total = rows @ image @ columns.T
    mean = image.sum() / known.sum()
    result = np.full_like(total, mean)
    np.divide(total, weight, out=result, where=weight > 1e-12)
    return result.astype(np.float32)


def _shares(side: int) -> NDArray[np.float64]:
    """Overlap of each of 64 intervals with each of ``side`` cells, shape (64, side)."""
    import numpy as np

    edges = np.linspace(0.0, side, SIZE + 1)
    cells = np.arange(side, dtype=np.float64)
    left = np.maximum(edges[:-1, None], cells[None, :])
    right = np.minimum(edges[1:, None], cells[None, :] + 1.0)
    return np.asarray(np.maximum(right - left, 0.0), dtype=np.float64)
