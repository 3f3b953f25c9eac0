"""The files of a site before they are written: each content once, and nothing written that is there already."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from nbpoints.files import write_whole
from nbpoints.records.layout import remove_empty

KEPT = "v"  # frozen versions, which no build touches
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can hold


class Store:
    """Contents by path; figures are addressed by what they hold."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, content: bytes | str) -> str:
        """Keep a file under its path, and return the path.

        Raises
        ------
        ValueError
            When the path has another content already.
        """
        content = content.encode() if isinstance(content, str) else content
        if self.files.setdefault(path, content) != content:
            raise ValueError(f"{path}: two contents for one path")
        return path

    def hashed(self, name: str, content: bytes) -> str:
        """Keep a file under the hash of its content; a folder, since browsers take the name on disk for a download."""
        return self.put(f"f/{hashlib.sha256(content).hexdigest()[:12]}/{name}", content)

    def write(self, out: Path, before: Iterable[str] = ()) -> int:
        """Write what differs, remove what an earlier build wrote and this one does not; return how many changed.

        Parameters
        ----------
        out : Path
            Folder of the site.
        before : iterable of str
            What the earlier build wrote; nothing else is ever removed, since it is somebody's.
        """
        changed = 0
        for path, content in self.files.items():
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            changed += write_whole(target, content, flush=False)  # a site can be built again
        for path in before:
            if path not in self.files:
                changed += removed(out, path)
        return changed


def removed(out: Path, path: str) -> bool:
    """Remove a file and the folders that this empties; tell whether it was there."""
    target = out / path
    if not target.is_file():
        return False
    target.unlink()
    for folder in Path(path).parents[:-1]:
        remove_empty(out / folder)
    return True


def is_list_of_files(value: object) -> bool:
    """Tell whether a stamp or a lock lists files as we write them: by paths that do not lead out of the folder."""
    return isinstance(value, dict) and not any(Path(path).is_absolute() or ".." in Path(path).parts for path in value)


def zipped(files: dict[str, bytes]) -> bytes:
    """Pack files in the same bytes every time: sorted, without the hour of the day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, files[name])
    return buffer.getvalue()
