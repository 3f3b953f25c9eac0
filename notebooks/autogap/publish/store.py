"""The files of a site before they are written: each content once, and nothing written that is there already."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from nbpoints.files import write_whole

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

    def write(self, out: Path) -> int:
        """Write what differs, remove what no longer belongs to the site, and return how many files changed."""
        changed = 0
        for path, content in self.files.items():
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            changed += write_whole(target, content, flush=False)  # a site can be built again
        for there in sorted(out.rglob("*"), reverse=True):
            relative = there.relative_to(out).as_posix()
            if relative.split("/")[0] == KEPT:
                continue
            if there.is_dir():
                if not any(there.iterdir()):
                    there.rmdir()
            elif relative not in self.files:
                there.unlink()
                changed += 1
        return changed


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
