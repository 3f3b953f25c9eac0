"""What families of journals ask of figures, and the profile and form of ours that meets it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Journal:
    """Requirements of a family of journals, as its page for authors states them.

    Attributes
    ----------
    profile : str
        The profile to draw with.
    width_mm : tuple of float
        Least and most width; None where the page states none.
    least_pt : float
        Least size of letters; 0 where the page states none.
    forms : tuple of str
        Accepted forms that `figures.save` writes, the best first.
    bitmap_dpi : tuple of int
        Least and most resolution of a bitmap of lines; (0, 0) where the page states none or a vector is preferred.
    unmet : str
        What we do not meet, in words.
    source : str
        Address of the page.
    """

    profile: str
    width_mm: tuple[float, float] | None
    least_pt: float
    forms: tuple[str, ...]
    bitmap_dpi: tuple[int, int]
    unmet: str
    source: str


JOURNALS = {
    "AEA": Journal(
        "economics",
        None,
        0,
        ("pdf", "eps", "tiff"),
        (0, 0),
        "",
        "http://www.aeaweb.org/aej-policy/accepted_guidelines.html",
    ),
    "Elsevier": Journal(
        "journal",
        None,
        6,
        ("pdf", "eps", "tiff"),
        (1000, 1200),
        "typeface: Arial, Helvetica, Times, Courier or Symbol",
        "https://elsevier.com/about/policies-and-standards/author/artwork-and-media-instructions/artwork-types",
    ),
    "Springer": Journal(
        "economics",
        (39, 174),
        8,
        ("eps",),
        (0, 0),
        "typeface: Helvetica or Arial is best",
        "http://interdisciplinarysciences.org/Forauthors/ArtworkandIllustrationsGuidelines/"
        "ArtworkandIllustrationsGuidelines.php",
    ),
    "PLOS": Journal(
        "economics",
        (66.8, 190.5),
        8,
        ("tiff", "eps"),
        (300, 600),
        "typeface: Arial, Times or Symbol only",
        "https://journals.plos.org/plosmedicine/s/figures",
    ),
    "Nature": Journal(
        "journal",
        (89, 183),
        5,
        ("pdf", "eps"),
        (0, 0),
        "typeface: Arial or Helvetica; no coloured words",
        "https://www.nature.com/nature/for-authors/final-submission",
    ),
    # a page on submission, none on artwork
    "Econometrica": Journal(
        "economics",
        None,
        0,
        ("pdf", "eps"),
        (0, 0),
        "",
        "https://econometricsociety.org/publications/econometrica/information-authors/instructions-submitting-articles",
    ),
}
