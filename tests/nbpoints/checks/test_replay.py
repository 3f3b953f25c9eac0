"""What can happen to a kernel that replays a notebook."""

from __future__ import annotations

import books
import pytest

from nbpoints.checks import replay
from nbpoints.errors import InputError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import os\nos._exit(3)", "n: cell 2 ended its kernel"),
        ("import time\ntime.sleep(60)", "n: cell 2 did not end within 1 seconds"),
        ("{}['x']", "n: cell 2 raised KeyError: 'x'"),
    ],
)
def test_a_cell_that_does_not_end_well_is_one_sentence(tmp_path, source, sentence):
    """No hang, no traceback."""
    with pytest.raises(InputError, match=sentence):
        replay.run(books.book(books.code(source)), tmp_path, tmp_path, "n", timeout=1)


def test_kernels_work_where_they_should_and_draw_elsewhere(tmp_path):
    """The working directory, the figures' folder, and results in order, of several at a time."""

    def where(number: int) -> str:
        source = f"import os\nprint({number}, os.getcwd(), os.environ['NBPOINTS_FIGURES'])"
        book = replay.run(books.book(books.code(source)), tmp_path, tmp_path / "f", "n").notebook
        return book["cells"][1]["outputs"][0]["text"].strip()

    found = list(replay.in_parallel(where, range(3), workers=2))
    assert found == [f"{number} {tmp_path} {tmp_path / 'f'}" for number in range(3)]


def test_silenced_and_plain_values(tmp_path):
    """A trailing `;` hides a value here too."""
    book = replay.run(books.book(books.code("1 + 1;"), books.code("1 + 1")), tmp_path, tmp_path, "n").notebook
    assert [cell["outputs"] for cell in book["cells"][1:]] == [
        [],
        [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 3}],
    ]


def test_warm_kernels_show_tables_as_ordinary_ones_do(tmp_path):
    """Pandas that is imported outside IPython takes it for a terminal and leaves out columns."""
    source = "import pandas as pd\nprint(pd.get_option('display.max_columns'), pd.get_option('display.width'))"
    book = replay.run(books.book(books.code(source)), tmp_path, tmp_path, "n").notebook
    assert book["cells"][1]["outputs"][0]["text"] == "20 80\n"
