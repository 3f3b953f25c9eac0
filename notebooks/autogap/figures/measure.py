"""Measure each text of a figure once, and place the ticks of an axis once for each size that it has.

Laying a figure out asks some thirty times, and matplotlib keeps no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Tick
    from matplotlib.backend_bases import RendererBase
    from matplotlib.font_manager import FontManager, FontProperties
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox


@contextmanager
def once() -> Iterator[None]:
    """Keep how large texts are, which fonts they take and which ticks are drawn, by all that they depend on.

    A tick is made like the first one, whose markers it shares instead of copying them part by part.
    """
    from matplotlib.axis import Axis
    from matplotlib.font_manager import FontManager
    from matplotlib.markers import MarkerStyle
    from matplotlib.text import Text

    measure, place, find = Text._get_layout, Axis._update_ticks, FontManager._find_fonts_by_props
    surround, set_marker = Axis._get_ticklabel_bboxes, MarkerStyle._set_marker
    known, placed, found, boxed = {}, {}, {}, {}

    def layout(text: Text, renderer: RendererBase) -> tuple:
        if text.get_wrap():  # folded at the edge of the page, so its place counts too
            return measure(text, renderer)
        font, dpi = text.get_fontproperties(), text.get_figure(root=True).dpi
        looks = text.get_rotation(), text.get_rotation_mode(), text.get_ha(), text.get_va()
        lines = text._get_multialignment(), text._linespacing
        key = renderer, dpi, text.get_text(), hash(font), looks, lines
        if key not in known:
            known[key] = measure(text, renderer)
        return known[key]

    def ticks(axis: Axis) -> list[Tick]:
        kinds = axis.major.locator, axis.major.formatter, axis.minor.locator, axis.minor.formatter
        key = kinds, axis.axes.bbox.bounds, tuple(axis.get_view_interval())
        if placed.get(axis, (None,))[0] != key:
            placed[axis] = key, place(axis)
        return placed[axis][1]

    def boxes(axis: Axis, ticks: list[Tick], renderer: RendererBase) -> tuple[list[Bbox], list[Bbox]]:
        words = tuple((tick.label1.get_text(), tick.label2.get_text()) for tick in ticks)
        page = axis.get_figure(root=True).bbox.bounds
        key = axis, renderer, page, axis.axes.bbox.bounds, tuple(axis.get_view_interval()), words
        if key not in boxed:
            boxed[key] = surround(axis, ticks, renderer)
        return boxed[key]

    def fonts(manager: FontManager, looks: FontProperties, *how: object, **more: object) -> list[str]:
        key = hash(looks), how, tuple(more.items())
        if key not in found:
            found[key] = find(manager, looks, *how, **more)
        return found[key]

    def marker(style: MarkerStyle, kind: object) -> None:
        if isinstance(kind, MarkerStyle):
            vars(style).update(vars(kind))
        else:
            set_marker(style, kind)

    Text._get_layout, Axis._update_ticks, FontManager._find_fonts_by_props = layout, ticks, fonts
    Axis._get_ticklabel_bboxes, MarkerStyle._set_marker = boxes, marker
    try:
        yield
    finally:
        Text._get_layout, Axis._update_ticks, FontManager._find_fonts_by_props = measure, place, find
        Axis._get_ticklabel_bboxes, MarkerStyle._set_marker = surround, set_marker
