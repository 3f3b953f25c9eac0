"""Accepting a notebook: silent when nothing changed, numbers first when something did, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess

import books
import pytest
from nbpoints import cli, mime
from nbpoints.checks import accept, again, hygiene
from nbpoints.notebook import canonical, reading

pytestmark = pytest.mark.slow

SHOW = "from IPython.display import display\n"


def stream(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture
def sound(tmp_path):
    """A notebook as accept itself stores it."""
    bundle = books.result("share", 53.1)["data"]
    path = books.write(
        tmp_path,
        books.book(
            books.code(f"{SHOW}display({bundle!r}, raw=True)", books.result("share", 53.1)),
            books.code("print('in', month)", stream("in 2025-05\n")),
        ),
    )
    canonical.save(reading.load(path), path)
    return path


def accepted(path, **options) -> accept.Outcome:
    """Run a notebook and accept what comes out."""
    with again.folder() as out:
        ((_, fresh),) = again.run([again.Request(path, path.stem)], out)
        return accept.accept(path, fresh, **options)


def test_nothing_changed_leaves_the_file_alone(sound):
    """Byte for byte, and its time too."""
    before, time = sound.read_bytes(), sound.stat().st_mtime_ns
    outcome = accepted(sound)
    assert (sound.read_bytes(), sound.stat().st_mtime_ns) == (before, time)
    assert str(outcome) == "01_small: unchanged"


def test_changes_are_shown_numbers_first_and_stored(sound):
    """A number, a word and a name of a result were edited in the stored file; one cell is as it was."""
    book = reading.load(sound)
    before = sound.read_bytes()
    book["cells"][1]["outputs"][0]["data"][hygiene.RESULT]["value"] = 54.1
    book["cells"][2]["outputs"][0]["text"] = ["of 2025-05\n"]
    book["metadata"]["papermill"] = {"duration": 3}
    sound.write_text(json.dumps(book), encoding="utf-8")
    looked = accepted(sound, write=False)
    assert not looked.is_rewritten
    told = str(accepted(sound)).splitlines()
    assert told[:3] == [
        "01_small: 2 differences, outputs rewritten",
        "  numbers",
        "    cell 2, result share: was 54.1, is 53.1",
    ]
    assert told[3:] == ["  text", "    cell 3, printed text: was 'of 2025-05', is 'in 2025-05'"]
    assert sound.read_bytes() == before


def test_a_failing_cell_is_named_and_nothing_is_stored(sound, capsys):
    """The error is one sentence; status 1."""
    book = reading.load(sound)
    book["cells"][2]["source"] = ["month / 2"]
    sound.write_text(json.dumps(book), encoding="utf-8")
    before = sound.read_bytes()
    assert cli.main(["accept", str(sound)]) == 1
    assert "01_small: cell 3: TypeError: unsupported operand" in capsys.readouterr().out
    assert sound.read_bytes() == before


def test_a_copy_of_a_notebook_does_not_take_its_figures(tmp_path, capsys):
    """JupyterLab's Duplicate: its title was changed, and the name of its figure was not."""
    save = "import os, pathlib\n"
    save += "pathlib.Path(os.environ['NBPOINTS_FIGURES'], 'fig-a.svg').write_text('first')\n"
    save += f"{SHOW}display({{{mime.FIGURE!r}: {{'stem': 'fig-a', 'artists': {{}}}}}}, raw=True)"
    path = books.write(tmp_path, books.book(books.code(save)), "01_a.ipynb")
    canonical.save(reading.load(path), path)
    folder = str(path.parent)
    assert cli.main(["accept", "--dir", folder, "01_a"]) == 1  # at fault by other rules, and stored
    path.with_name("01_a-Copy1.ipynb").write_text(path.read_text().replace("first", "other"))
    assert cli.main(["accept", "--dir", folder, "01_a-Copy1"]) == 1
    told = capsys.readouterr().out
    assert "01_a-Copy1: fig-a is a figure of 01_a; give it another name here (nothing was stored)" in told
    assert (tmp_path / "figures/fig-a.svg").read_text() == "first"


READS = """import json
with open({name!r}) as file:
    book = json.load(file)
print("got", *book["cells"][-1]["outputs"][0]["text"], end="")"""


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_readers_of_a_rewritten_notebook_run_again(tmp_path, capsys, jobs):
    """A chain: the first reads the second, which reads the third; only the third shows something else at the start.

    The last cannot run before the third shows that; what it did at first counts no more.
    """
    stored = {
        "01_a": (READS.format(name="02_b.ipynb"), "got got 4\n"),
        "02_b": (READS.format(name="03_c.ipynb"), "got 4\n"),
        "03_c": ("print(5)", "4\n"),
        "04_d": ("print(6)", "6\n"),
        "05_e": (READS.format(name="03_c.ipynb") + "\nassert '5' in str(book['cells'][-1]['outputs'])", "got 5\n"),
    }
    for name, (source, text) in stored.items():
        path = books.write(tmp_path, books.book(books.code(source, stream(text))), f"{name}.ipynb")
        canonical.save(reading.load(path), path)
    assert cli.main(["accept", "--dir", str(tmp_path / "notebooks"), "-j", jobs]) == 0
    book = reading.load(tmp_path / "notebooks/01_a.ipynb")
    assert book["cells"][-1]["outputs"][0]["text"] == ["got got 5\n"]
    told = [line.split(":")[0] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert told.count("04_d") == 1
    if jobs == "1":
        assert told == ["01_a", "02_b", "03_c", "04_d", "05_e", "02_b", "05_e", "01_a"]


def test_outputs_of_those_that_were_killed_are_removed(tmp_path, monkeypatch):
    """The next command removes them; those of a process that runs stay."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    for pid in (ended.pid, os.getpid()):
        (tmp_path / f"nbpoints-again-{pid}-x/again").mkdir(parents=True)
    with again.folder() as out:
        assert out.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == [f"nbpoints-again-{os.getpid()}-x"]
