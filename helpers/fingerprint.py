"""What a figure holds, in a few words and numbers; tools.tolerances compares them."""

from collections import defaultdict

import numpy as np


def fingerprint(figure):
    """Return what a figure holds once it is drawn: a dict of str to str."""
    found, counts = {}, defaultdict(int)
    for number, axes in enumerate(figure.axes, 1):
        for kind, words, numbers in (*_written(axes), *_drawn(axes)):
            words = f" | {words}" if words and not words.startswith("_") else ""
            if numbers or words:
                counts[number, kind] += 1
                found[f"{number} {kind} {counts[number, kind]}"] = numbers + words
    return found


def _written(axes):
    """Yield kind, words and numbers of what is written on axes."""
    yield "title", axes.get_title(), ""
    yield "texts", _words(axes.texts), ""
    yield "legend", _words(axes.get_legend() and axes.get_legend().get_texts()), ""
    for axis in (axes.xaxis, axes.yaxis) if axes.axison or not axes.images else ():
        limits = "{:.7g} {:.7g}".format(*axis.get_view_interval())
        yield axis.axis_name, axis.get_label_text(), f"{axis.get_scale()} c {limits}"
        names = _words(axis.get_ticklabels())
        if any(map(str.isalpha, names)) and "mathdefault" not in names:
            yield f"{axis.axis_name}-names", names, ""


def _words(texts):
    return "\n".join(text.get_text() for text in (texts or ())[:120])


def _drawn(axes):
    """Yield kind, words and numbers of each thing drawn, patches of a kind together."""
    from matplotlib.patches import PathPatch

    bars = [each for each in axes.containers if hasattr(each, "datavalues")]
    for each in bars:
        yield "bars", each.get_label(), _points(axes, "bars", list(each))
    spare = [each for each in axes.lines if each.get_label().startswith("_")][8:]
    if spare:
        yield "lines", "", _points(axes, "lines", spare)
    few = [each for each in axes.lines if each not in spare]
    for each in (*few, *axes.collections, *axes.images):
        kind = type(each).__name__.lower().removesuffix("2d").removeprefix("axes")
        if kind == "line" and each.get_linestyle() == "None":
            kind = "points"
        numbers = _points(axes, kind, [each])
        if kind not in ("line", "points"):
            numbers += _values(each.get_array(), each.get_clim())
        yield kind, each.get_label(), numbers
        paths = each.get_paths() if hasattr(each, "levels") else []
        shown = [path for path in paths if len(path.vertices)]
        for path in (shown[0], shown[-1]) if len(shown) > 1 else ():
            level = PathPatch(path, transform=each.get_transform())
            yield "level", "", _points(axes, "level", [level])
    patches = [each for each in axes.patches if not any(each in bar for bar in bars)]
    for kind in dict.fromkeys(map(type, patches)):
        same = [each for each in patches if type(each) is kind]
        shades = np.dot([each.get_facecolor()[:3] for each in same], (0.3, 0.6, 0.1))
        kind = kind.__name__.lower()
        yield kind, "", _points(axes, kind, same) + _values(shades, (0, 1))


def _points(axes, kind, parts):
    """Write how many points there are, where they lie, how they rise and bend."""
    if kind in ("image", "quadmesh"):
        return "x".join(map(str, parts[0].get_array().shape))
    places = np.vstack([np.empty((0, 2)), *(_corners(kind, each) for each in parts)])
    places = axes.transAxes.inverted().transform(places)
    x, y = np.clip(places[np.isfinite(places).all(1)], 0, 1).T
    count = len(x) if kind in ("line", "points", "pathcollection") else len(parts)
    if not len(x):
        return str(count)
    ends = [0, -1] if kind in ("line", "bars") else []
    rises = [_rise(y, 2 * x - 1), _rise(y, abs(2 * x - 1) - 0.5)]
    at_x, at_y = (_write(_three(each), each[ends]) for each in (x, y))
    return f"{count} x{at_x} y{at_y} t{_write(rises)}"


def _corners(kind, part):
    """Return places in pixels: points of a scatter, the far corner of a bar, or all."""
    if kind == "pathcollection":
        places = part.get_offset_transform().transform(part.get_offsets())
        return np.ma.filled(places, np.nan)
    paths = part.get_paths() if hasattr(part, "get_paths") else [part.get_path()]
    places = [part.get_transform().transform(each.vertices) for each in paths]
    return places[0][2:3] if kind == "bars" else np.vstack([np.empty((0, 2)), *places])


def _values(values, ends):
    """Write values that are shown as colours, and the ends of these."""
    values = [] if values is None else values
    values = np.ma.asarray(values, dtype=float).filled(np.nan)
    some = np.isfinite(values)
    if not some.any():
        return ""
    ends = ends if ends[0] is not None else (values[some].min(), values[some].max())
    low, high = map(float, ends)
    shown, rises = np.clip((values[some] - low) / ((high - low) or 1), 0, 1), []
    for along in np.indices(values.shape, sparse=True):
        along = np.broadcast_to(along / max(along.max(), 1) * 2 - 1, values.shape)
        rises.append(_rise(shown, along[some]))
    return f" v{_write(_three(shown), rises)} c {low:.4g} {high:.4g}"


def _three(values):
    return [values.min(), values.mean(), values.max()]


def _rise(values, along):
    return ((values - values.mean()) * along).sum() / (abs(along).sum() or 1)


def _write(*numbers):
    """Write numbers in thousandths."""
    return "".join(f" {round(1000 * each)}" for each in np.hstack(numbers))
