"""Measure each text of a figure once: laying a figure out asks some thirty times, and matplotlib keeps no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text


@contextmanager
def once() -> Iterator[None]:
    """Keep how large texts are, by all that their size depends on, and where their letters stand in them."""
    from matplotlib.text import Text

    measure, known = Text._get_layout, {}

    def kept(text: Text, renderer: RendererBase) -> tuple:
        if text.get_wrap():  # folded at the edge of the page, so its place counts too
            return measure(text, renderer)
        font, dpi = text.get_fontproperties(), text.get_figure(root=True).dpi
        looks = text.get_rotation(), text.get_rotation_mode(), text.get_ha(), text.get_va()
        lines = text._get_multialignment(), text._linespacing
        key = type(renderer), dpi, text.get_text(), hash(font), looks, lines
        if key not in known:
            known[key] = measure(text, renderer)
        return known[key]

    Text._get_layout = kept
    try:
        yield
    finally:
        Text._get_layout = measure
