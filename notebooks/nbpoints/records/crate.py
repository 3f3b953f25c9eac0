"""A scenario as a Process Run Crate: which notebook made which files from what.

The profile is https://w3id.org/ro/wfrun/process/0.6, on RO-Crate 1.3.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
from pathlib import Path

from nbpoints.records.layout import CRATE, PARTIAL, finished
from nbpoints.errors import InputError

_VERSION = "1.3"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_COMPLETED = "http://schema.org/CompletedActionStatus"
_NOTEBOOK_TYPE = "application/x-ipynb+json"


def write(folder: Path, licence: str | None = None) -> None:
    """Write the crate's metadata file for all finished points of a scenario.

    Parameters
    ----------
    folder : Path
        Of the scenario; its ``ro-crate-metadata.json`` is replaced in one step. Without such a folder, nothing ran, and
        nothing is written.
    licence : str, optional
        SPDX name of the project's licence.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    if not folder.is_dir():
        return
    # half a second that a batch with nothing to do need not wait
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    records = finished(folder)
    crate = ROCrate(version=_VERSION)
    crate.metadata.extra_contexts.append(_TERMS)

    def describe(identifier: str, kind: str, **properties: object) -> ContextEntity:
        known = crate.dereference(identifier)
        return known or crate.add(ContextEntity(crate, identifier, {"@type": kind} | properties))

    root = crate.root_dataset
    root["name"] = f"Scenario {folder.name}"
    root["description"] = f"{len(records)} executed notebooks with what they recorded and drew."
    root["datePublished"] = max((record["run"]["ended"] for record in records), default="1970-01-01")
    root["conformsTo"] = describe(_PROFILE, "CreativeWork", name="Process Run Crate", version=_PROFILE.split("/")[-1])
    if licence:
        root["license"] = describe(f"https://spdx.org/licenses/{licence}", "CreativeWork", name=licence)
    for record in records:
        taken, run = record["fingerprint"], record["run"]
        used = [
            describe(f"#{path}:{sha256[:12]}", "CreativeWork", name=path, sha256=sha256)
            for path, sha256 in (taken["files"] | taken["modules"]).items()
            if sha256 is not None and len(sha256) == hashlib.sha256().digest_size * 2
        ]
        used += [
            describe(f"#{record['point']}:{name}", "PropertyValue", name=name, value=_value(value))
            for name, value in record["parameters"].items()
        ]
        made = [
            crate.add_file(dest_path=f"{record['point']}/{name}", properties=_file(name, output))
            for name, output in record["outputs"].items()
        ]
        cells = hashlib.sha256("".join(taken["cells"]).encode()).hexdigest()
        notebook = describe(
            f"#{record['notebook']}:{cells[:12]}",
            "SoftwareSourceCode",
            name=record["notebook"],
            version=run.get("commit") or cells,
            programmingLanguage=f"Python {record['host']['python']}",
        )
        action = {
            "@type": "CreateAction",
            "name": record["point"],
            "description": f"{record['notebook']} with {json.dumps(record['parameters'], ensure_ascii=False)}",
            "startTime": run["started"],
            "endTime": run["ended"],
            "actionStatus": {"@id": _COMPLETED},
        }
        root.append_to("mentions", crate.add_action(notebook, f"#{record['point']}", used, made, action))
    aside = folder / PARTIAL
    try:
        aside.mkdir(exist_ok=True)
        crate.metadata.write(aside)
        os.replace(aside / CRATE, folder / CRATE)
    except OSError as error:
        raise InputError(f"{error.filename or folder / CRATE}: {error.strerror}, so no crate can be stored.") from None


def _value(value: object) -> object:
    return value if isinstance(value, (str, int, float)) else json.dumps(value, ensure_ascii=False)


def _file(name: str, output: dict) -> dict[str, str]:
    kind = _NOTEBOOK_TYPE if name.endswith(".ipynb") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {"contentSize": str(output["bytes"]), "sha256": output["sha256"], "encodingFormat": kind}
