"""A scenario as a Process Run Crate: which notebook made which files from what.

The profile is https://w3id.org/ro/wfrun/process/0.6, on RO-Crate 1.3. The JSON-LD is written here, since the time that
the library `rocrate` takes grows with the square of the number of points; a test has it read what is written.
"""

from __future__ import annotations

import functools
import hashlib
import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from nbpoints.errors import InputError, counted
from nbpoints.files import write_whole
from nbpoints.records.layout import CRATE, finished

_VERSION = "1.3"
_CONTEXTS = [f"https://w3id.org/ro/crate/{_VERSION}/context", "https://w3id.org/ro/terms/workflow-run/context"]
_PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
_COMPLETED = "http://schema.org/CompletedActionStatus"
_NOTEBOOK_TYPE = "application/x-ipynb+json"
_SHA256_LENGTH = hashlib.sha256().digest_size * 2


def write(folder: Path, licence: str | None = None) -> bool:
    """Write the crate's metadata file for all finished points of a scenario.

    Parameters
    ----------
    folder : Path
        Of the scenario. Without such a folder nothing ran, and nothing is written.
    licence : str, optional
        SPDX name of the project's licence.

    Returns
    -------
    bool
        Whether the file changed; one that describes the finished points already is left alone.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    if not folder.is_dir():
        return False
    try:
        return write_whole(folder / CRATE, _dumps(_describe(folder, licence)))
    except OSError as error:
        raise InputError(f"{error.filename or folder / CRATE}: {error.strerror}, so no crate can be stored.") from None


def _describe(folder: Path, licence: str | None) -> dict:
    records = finished(folder)
    entities: dict[str, dict] = {}
    for one in _context(licence):
        entities[one["@id"]] = one
    actions, files = [], []
    for record in records:
        used, made, notebook = list(_used(record)), list(_made(record)), _notebook(record)
        action = _action(record, used, made, notebook)
        for one in (*used, *made, notebook, action):
            entities.setdefault(one["@id"], one)
        files += made
        actions.append(action)
    root = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": _PROFILE},
        "datePublished": max((record["run"]["ended"] for record in records), default="1970-01-01"),
        "description": f"{counted(len(records), 'executed notebook')}, with what was recorded and drawn.",
        "hasPart": _ids(files),
        "mentions": _ids(actions),
        "name": f"Scenario {folder.name}",
    } | ({"license": {"@id": f"https://spdx.org/licenses/{licence}"}} if licence else {})
    about = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": f"https://w3id.org/ro/crate/{_VERSION}"},
    }
    return {"@context": _CONTEXTS, "@graph": [root, about, *entities.values()]}


def _context(licence: str | None) -> Iterator[dict]:
    name, version = "Process Run Crate", _PROFILE.rpartition("/")[2]
    yield {"@id": _PROFILE, "@type": "CreativeWork", "name": name, "version": version}
    if licence:
        yield {"@id": f"https://spdx.org/licenses/{licence}", "@type": "CreativeWork", "name": licence}


def _used(record: dict) -> Iterator[dict]:
    """Describe the files and modules that a point read, and its parameters."""
    taken = record["fingerprint"]
    for path, sha256 in (taken["files"] | taken["modules"]).items():
        if sha256 is not None and len(sha256) == _SHA256_LENGTH:
            yield _read(path, sha256)
    for name, value in record["parameters"].items():
        plain = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
        yield {"@id": f"#{record['point']}:{name}", "@type": "PropertyValue", "name": name, "value": plain}


@functools.cache
def _read(path: str, sha256: str) -> dict:
    # the points of a scenario read the same files
    return {"@id": f"#{path}:{sha256[:12]}", "@type": "CreativeWork", "name": path, "sha256": sha256}


def _made(record: dict) -> Iterator[dict]:
    folder = quote(record["point"])
    for name, output in record["outputs"].items():
        address, kind = _address_and_type(name)
        yield {
            "@id": f"{folder}/{address}",
            "@type": "File",
            "contentSize": str(output["bytes"]),
            "encodingFormat": kind,
            "sha256": output["sha256"],
        }


@functools.cache
def _address_and_type(name: str) -> tuple[str, str]:
    kind = _NOTEBOOK_TYPE if name.endswith(".ipynb") else mimetypes.guess_type(name)[0]
    return quote(name), kind or "application/octet-stream"


def _notebook(record: dict) -> dict:
    cells = hashlib.sha256("".join(record["fingerprint"]["cells"]).encode()).hexdigest()
    return {
        "@id": f"#{record['notebook']}:{cells[:12]}",
        "@type": "SoftwareSourceCode",
        "name": record["notebook"],
        "programmingLanguage": f"Python {record['host']['python']}",
        "version": record["run"].get("commit") or cells,
    }


def _action(record: dict, used: list[dict], made: list[dict], notebook: dict) -> dict:
    return {
        "@id": f"#{record['point']}",
        "@type": "CreateAction",
        "actionStatus": {"@id": _COMPLETED},
        "description": f"{record['notebook']} with {json.dumps(record['parameters'], ensure_ascii=False)}",
        "endTime": record["run"]["ended"],
        "instrument": {"@id": notebook["@id"]},
        "name": record["point"],
        "object": _ids(used),
        "result": _ids(made),
        "startTime": record["run"]["started"],
    }


def _ids(entities: list[dict]) -> list[dict]:
    return [{"@id": one["@id"]} for one in entities]


def _dumps(crate: dict) -> str:
    # a fact a line; what is indented is not written by the fast encoder
    return json.dumps(crate, sort_keys=True, ensure_ascii=False, separators=(",\n", ": ")) + "\n"
