"""Tag a PDF as one figure with a text in place of it, for those who have pages read aloud.

matplotlib writes no tags. They are added behind its file as an incremental update (ISO 32000-1, 7.5.6), so that every
byte of the drawing stays where it is: language, title bar, and a tree of structure (14.7) with one figure that holds
the whole page. PDF/UA asks for more, such as metadata in XMP; it is not claimed.
"""

from __future__ import annotations

import re

_PAGE = re.compile(rb"([0-9]+) 0 obj\n<< (/Type /Page\s.*?)/Contents ([0-9]+) 0 R(.*?)>>\nendobj", re.DOTALL)
_TRAILER = re.compile(
    rb"trailer\n<< /Size ([0-9]+) /Root ([0-9]+) 0 R /Info ([0-9]+) 0 R >>\nstartxref\n([0-9]+)\n%%EOF\s*$"
)
_CATALOGUE = rb"%d 0 obj\n<< (/Type /Catalog .*?) >>\nendobj"
_BOX = re.compile(rb"/MediaBox (\[[^]]*\])")


def tag(pdf: bytes, alt: str, language: str = "en") -> bytes:
    """Add language and tags to a PDF of one page as matplotlib writes it.

    Parameters
    ----------
    pdf : bytes
    alt : str
        What is read aloud in place of the page.
    language : str
        Language of its words, as in HTML.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        When the file is not of the form that matplotlib writes.
    """
    page, end = _PAGE.search(pdf), _TRAILER.search(pdf)
    catalogue = re.search(_CATALOGUE % int(end.group(2)), pdf, re.DOTALL) if end else None
    if page is None or end is None or catalogue is None:
        raise ValueError("the PDF is of another form than matplotlib wrote so far; see autogap/figures/tagged.py")
    size, root, info, before = map(int, end.groups())
    number, content = int(page.group(1)), int(page.group(3))
    begin, finish, tree, document, figure, parents = range(size, size + 6)
    objects = {
        root: b"<< %s /Lang (%s) /MarkInfo << /Marked true >> /ViewerPreferences << /DisplayDocTitle true >> "
        b"/StructTreeRoot %d 0 R >>" % (catalogue.group(1), language.encode("ascii"), tree),
        number: b"<< %s/Contents [ %d 0 R %d 0 R %d 0 R ]%s/StructParents 0 /Tabs /S >>"
        % (page.group(2), begin, content, finish, page.group(4)),
        begin: _stream(b"/Figure << /MCID 0 >> BDC\n"),
        finish: _stream(b"EMC\n"),
        tree: b"<< /Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey 1 >>" % (document, parents),
        document: b"<< /Type /StructElem /S /Document /P %d 0 R /K [ %d 0 R ] >>" % (tree, figure),
        figure: b"<< /Type /StructElem /S /Figure /P %d 0 R /Pg %d 0 R /K 0 /Alt <%s> "
        b"/A << /O /Layout /Placement /Block /BBox %s >> >>"
        % (document, number, f"\ufeff{alt}".encode("utf-16-be").hex().encode(), _BOX.search(page.group(0)).group(1)),
        parents: b"<< /Nums [ 0 [ %d 0 R ] ] >>" % figure,
    }
    written, places = pdf.rstrip() + b"\n", {}
    for name, body in objects.items():
        places[name] = len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (name, body)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (name, places[name]) for name in sorted(places))
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>" % (size + 6, root, info, before)
    return written + b"xref\n" + table + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(written)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
