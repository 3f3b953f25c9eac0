"""Alternative texts reach HTML by the collection's template of nbconvert."""

import re
from html import unescape

import nbformat
import pytest
from autogap import paths
from nbconvert import HTMLExporter

TEMPLATES = paths.NOTEBOOKS / "autogap" / "figures" / "templates"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["png", "svg"])
def test_every_picture_of_a_page_has_its_text(form):
    notebook = nbformat.read(paths.NOTEBOOKS / "03_export_decline.ipynb", as_version=4)
    stored = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                stored.append(output["metadata"]["image/png"]["alt"])
                if form == "svg":
                    output["data"]["image/svg+xml"] = "<svg xmlns='http://www.w3.org/2000/svg'></svg>"
                    output["metadata"]["image/svg+xml"] = output["metadata"].pop("image/png")
                    del output["data"]["image/png"]
    exporter = HTMLExporter(extra_template_basedirs=[str(TEMPLATES)], template_name="autogap")
    page, _ = exporter.from_notebook_node(notebook)
    pictures = re.findall(r"<img [^>]*>", page)
    assert len(stored) >= 3 and len(pictures) == len(stored)
    told = [unescape(re.search(r'alt="([^"]*)"', picture).group(1)) for picture in pictures]
    assert told == stored
