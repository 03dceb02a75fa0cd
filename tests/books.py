"""Books that tests make: .fb2 and .epub in every shape."""

import zipfile

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
    '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
)
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def fb2(body, head="", encoding="utf-8", namespace=True):
    """Return the bytes of an .fb2 whose main body is given."""
    spaces = 'xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" ' * namespace
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<FictionBook {spaces}'
        'xmlns:l="http://www.w3.org/1999/xlink"><stylesheet>p {color: red}</stylesheet>'
        "<description><annotation><p>Аннотация.</p></annotation></description>"
        f"<body>{body}</body>"
        '<body name="notes"><section><p>Сноска внизу.</p></section></body>'
        '<binary id="cover.png" content-type="image/png">iVBORw0KGgo=</binary>'
        "</FictionBook>"
    ).encode(encoding)


def page(body, doctype=DOCTYPE, head=""):
    """Return a chapter of an .epub."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}'
        '<html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>Имя файла</title>'
        f"<style>p {{margin: 0}}</style>{head}</head><body>{body}</body></html>"
    )


def package(items, spine, guide=""):
    """Return an OPF: items as (id, href, further attributes), spine as ids."""
    manifest = "".join(
        f'<item id="{key}" href="{href}" media-type="application/xhtml+xml" {more}/>'
        for key, href, more in items
    )
    refs = "".join(f"<itemref idref={ref}/>" for ref in spine)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        "<metadata><title>Заглавие</title></metadata>"
        f"<manifest>{manifest}</manifest><spine>{refs}</spine>{guide}</package>"
    )


def epub(path, members=(), **options):
    """Write an .epub of one chapter; a member of None is left out, others replace."""
    default = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": package([("one", "one.xhtml", "")], ['"one"']),
        "OEBPS/one.xhtml": page("<p>Раз.</p><p>Два.</p>"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in {**default, **dict(members)}.items():
            if content is not None:
                archive.writestr(name, content)
    return path
