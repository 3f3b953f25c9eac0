"""Each rule: a planted fault gives its sentence, a sound notebook none."""

from __future__ import annotations

import hashlib

import books
import pytest
from nbpoints.checks import hygiene, outputs

ARTISTS = {"axes": [{"lines": [{"x": "1 2", "y": "3 4"}]}]}


def sound() -> dict:
    """A notebook without a fault."""
    return books.book(
        books.code("say(f'{share:.1f} percent')", books.display(markdown="53.1 percent")),
        books.prose("See https://www.census.gov/data/index.html and docs/home/readme."),
        books.code("record('share_pct', share)", books.result("share_pct", 53.12)),
        books.code("figures.save(fig, 'fig-share')", books.figure("fig-share", ARTISTS)),
    )


def test_sound_notebook_has_no_fault():
    """No rule cries wolf."""
    assert hygiene.faults(sound()) == []


def change(cell: int, **fields):
    def apply(notebook):
        notebook["cells"][cell].update(fields)

    return apply


def show(*outputs):
    return lambda notebook: notebook["cells"][1].update(outputs=list(outputs))


def strip(notebook):
    for cell in notebook["cells"]:
        cell["outputs"] = []


def swap(notebook):
    notebook["cells"][1], notebook["cells"][3] = notebook["cells"][3], notebook["cells"][1]


def move_parameters(notebook):
    notebook["cells"].insert(2, notebook["cells"].pop(0))
    for count, cell in enumerate([cell for cell in notebook["cells"] if cell["cell_type"] == "code"], 1):
        cell["execution_count"] = count


def replace_picture(notebook):
    notebook["cells"][4]["outputs"][0]["data"]["image/png"] = books.picture("fig-share", "a bar")


def replace_picture_and_hash(notebook):
    output, other = notebook["cells"][4]["outputs"][0], books.picture("fig-other")
    output["data"]["image/png"] = other
    output["metadata"]["image/png"]["sha256"] = books.digest(other)


def edit_number(notebook):
    notebook["cells"][3]["outputs"][0]["data"]["text/plain"] = ["share_pct = 54.1 percent"]


def lose(*keys):
    def apply(notebook):
        inner = notebook["cells"][4]["outputs"][0]
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]

    return apply


PLAIN = "text/plain"
FAULTS = [
    (strip, "no cell has a stored output"),
    (change(3, execution_count=None), "cell 4 was never run"),
    (swap, "cell 2 ran as number 3 but stands as number 2"),
    (change(0, metadata={}), "no code cell has the tag `parameters`"),
    (change(1, metadata={"tags": ["parameters"]}), "cells 1, 2 all have the tag `parameters`"),
    (move_parameters, "has the tag `parameters` but is not the first code cell"),
    (change(1, metadata={"tags": ["raises-exception"]}), "cell 2 has the tag `raises-exception`"),
    (change(1, metadata={"tags": ["nbval-skip"]}), "cell 2 has the tag `nbval-skip`"),
    (change(1, source="# NBVAL_IGNORE_OUTPUT\n1 + 1"), "has the comment `NBVAL_IGNORE_OUTPUT`"),
    (change(1, source="1 + 1;"), "cell 2 ends in `;`"),
    (change(1, source="%time 1 + 1\n1 + 1;  # quiet"), "cell 2 ends in `;`"),
    (change(1, source="import warnings\nwarnings.simplefilter('ignore')"), "hides output or warnings"),
    (change(1, source="%%capture\nprint(1)"), "hides output or warnings"),
    (show({"output_type": "stream", "name": "stderr", "text": "careful"}), "cell 2 wrote to stderr (careful)"),
    (show({"output_type": "stream", "name": "stdout", "text": "FutureWarning: gone soon"}), "cell 2 shows a warning"),
    (show({"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}), "stored the error KeyError"),
    (show(books.display(plain="<Axes: xlabel='month'>")), "shows the object <Axes: xlabel='month'>"),
    (show(books.display(plain="[<matplotlib.lines.Line2D at 0x7f]")), "shows the object <matplotlib.lines.Line2D"),
    (show(books.display(plain="data in /home/ann/gap/data.csv")), "names a path of one machine ('/home/ann')"),
    (change(1, source="open('C:\\\\gap\\\\data.csv')"), "names a path of one machine"),
    (change(1, source="open('data\\\\gap.csv')"), "has a path with backslashes"),
    (change(1, source="read('/Users/ann/x.csv')"), "source of cell 2 names a path of one machine"),
    (change(1, source="fig.savefig('x.png')"), "cell 2 calls savefig"),
    (show(books.display(png=books.picture("fig-a"))), "cell 2 shows a picture not saved through figures.save"),
    (replace_picture_and_hash, "the stored picture of figure fig-share is not the one that its cell drew:"),
    (replace_picture, "the stored picture of figure fig-share is not the one that its cell drew"),
    (lose("data", "image/png"), "the stored picture of figure fig-share is gone"),
    (lose("metadata", "image/png", "alt"), "figure fig-share has no alternative text"),
    (lose("data", hygiene.FIGURE, "artists"), "nothing is written down of what figure fig-share draws"),
    (edit_number, "it shows 'share_pct = 54.1 percent' but recorded 'share_pct = 53.1 percent'"),
    (lambda notebook: notebook["metadata"].update(papermill={}), "metadata hold papermill"),
    (change(1, metadata={"execution": {}}), "the metadata of cell 2 hold execution"),
    (change(2, source="Text <script>alert(1)</script>"), "the text of cell 3 holds '<script'"),
    (change(2, source='<a href="#" onclick="x()">more</a>'), "which runs or loads something in a browser"),
    (change(2, source="## Why\n\nWRITE what the figure shows."), "cell 3 still says 'WRITE what the figure shows.'"),
    (change(2, source="- WRITE what the data cannot say"), "cell 3 still says 'WRITE what the data cannot say'"),
    (change(2, source="[more](javascript:alert(1))"), "which runs or loads something in a browser"),
    (
        change(2, source="![pixel](https://example.org/p.png)"),
        "the text of cell 3 loads '![pixel](https://example.org/p.png'",
    ),
    (change(2, source="<img width=1 src='//example.org/p.png'>"), "from another server"),
    (show(books.display(html="<iframe src='x'></iframe>")), "an output of cell 2 holds '<iframe'"),
    (show(books.display(html="<p style=\"background: url('https://example.org/a')\">x</p>")), "from another server"),
    (
        show({"output_type": "display_data", "metadata": {}, "data": {"application/javascript": "x()"}}),
        "an output of cell 2",
    ),
    (change(1, source="key = 'sk-" + "a1B2" * 8 + "'"), "cell 2 holds what looks like a key or a password"),
    (change(1, source="api_key = 'k3jh4k5jh34k5jh3'"), "cell 2 holds what looks like a key or a password"),
    (show(books.display(plain="AKIA" + "ABCD1234" * 2)), "cell 2 holds what looks like a key or a password"),
    (change(1, source="day = pd.Timestamp.now()"), "cell 2 calls pd.Timestamp.now(), so its output follows the day"),
    (change(1, source="day = pd.Timestamp('today').date()"), "so its output follows the day"),
    (change(1, source="from datetime import date\nyear = date.today().year"), "so its output follows the day"),
    (change(1, source="t = time.time()"), "so its output follows the day"),
    (change(1, source="print(platform.node())"), "so its output follows the machine or chance"),
]


@pytest.mark.parametrize(
    "source",
    [
        "See [the law](https://www.example.org/law) and `<script>` in code.",
        "```html\n<script src='https://example.org/x.js'></script>\n```",
        "A token of respect: the password of the day is 15 percent.",
    ],
)
def test_ordinary_prose_is_no_fault(source):
    notebook = sound()
    notebook["cells"][2]["source"] = source
    assert hygiene.faults(notebook) == []


@pytest.mark.parametrize("source", ["now = series.iloc[-1]\nnow", "today(x)", "pd.Timestamp('2025-05')", "frame.now"])
def test_names_like_those_of_the_clock_are_no_fault(source):
    notebook = sound()
    notebook["cells"][1]["source"] = source
    assert hygiene.faults(notebook) == []


def test_a_picture_may_be_an_svg():
    notebook = sound()
    output = notebook["cells"][4]["outputs"][0]
    del output["data"]["image/png"], output["metadata"]["image/png"]
    drawn = "<svg>n/fig-share#0123</svg>"
    output["data"]["image/svg+xml"] = drawn
    digest = hashlib.sha256(drawn.encode()).hexdigest()
    output["metadata"]["image/svg+xml"] = {"alt": "a line that rises", "sha256": digest}
    assert not hygiene.damaged(output)
    output["data"]["image/svg+xml"] = drawn.replace("0123", "4567")
    assert hygiene.damaged(output)


def test_a_point_that_draws_nothing_is_sound_and_no_stored_notebook():
    """It says itself that it has no picture, which is a difference from one that has."""
    notebook, was = sound(), sound()
    output = notebook["cells"][4]["outputs"][0]
    del output["data"]["image/png"], output["metadata"]["image/png"]
    output["data"][hygiene.FIGURE]["has_picture"] = False
    assert hygiene.faults(notebook) == []
    told = [str(one) for one in outputs.compare(was["cells"][4]["outputs"], notebook["cells"][4]["outputs"])]
    assert any("has_picture" in line for line in told), told


@pytest.mark.parametrize(("plant", "sentence"), FAULTS, ids=[sentence[:50] for _, sentence in FAULTS])
def test_planted_fault_gets_its_sentence(plant, sentence):
    """One fault, one sentence that says what to do."""
    notebook = sound()
    plant(notebook)
    found = hygiene.faults(notebook)
    assert any(sentence in fault for fault in found), found
    assert all(fault.endswith(".") for fault in found)
    if plant is strip:
        assert len(found) == 1
