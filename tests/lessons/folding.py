"""What may be folded in a notebook, and what has to be; see CONTRIBUTING.md.

A reader meets folded code as its title alone.  So nothing hides there that the open
code needs: a folded cell trains nothing, and what it defines only folded cells use,
but for functions that do nothing but draw on the axis or figure they are given.
"""

import ast
import re
import symtable

from tools.fold import set_up_cell
from tools.run_lessons import FOLDED

LONGEST_OPEN = 12  # lines of a figure's code that a reader still follows
TITLE = re.compile(r"# @title \S")
FIGURE = re.compile(
    r"\bplots\.\w+\(|\bdiagrams\.\w+\(|\bplt\.(subplots|subplot_mosaic|figure)\("
)
TRAINS = re.compile(r"fit|partial_fit|(?!train_test_split)(train|learn|descend)(_\w+)?")
CANVAS = {"axes", "axis", "figure"}


def problems(book, second_edition=False):
    """Return a line for each rule of folding that a notebook breaks.

    Parameters
    ----------
    book : nbformat.NotebookNode
    second_edition : bool
        Whether its long figures have to be folded.
    """
    found, setup = [], set_up_cell(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    if setup is None or not _folded(setup):
        found.append("the set-up cell is not folded")
    hidden = {}  # by name: the number of the folded cell that defines it
    for number, cell in enumerate(code, 1):
        where = f"code cell {number}"
        if _folded(cell) != bool(TITLE.match(cell.source)):
            found.append(f"{where}: folded without a title, or with one and not folded")
        if cell is setup:
            continue
        body = _body(cell.source)
        if not _folded(cell):
            free, bound = _names(body)
            found += [
                f"{where}: needs {name}, which the folded code cell {hidden[name]} sets"
                for name in sorted(free & hidden.keys())
            ]
            hidden = {name: at for name, at in hidden.items() if name not in bound}
            if second_edition and FIGURE.search(cell.source):
                lines = _lines(cell.source)
                if lines > LONGEST_OPEN:
                    found.append(f"{where}: a figure of {lines} lines is not folded")
            continue
        trained = sorted(filter(TRAINS.fullmatch, _calls(body)))
        if trained:
            found.append(f"{where}: is folded, and trains: {', '.join(trained)}")
        hidden |= dict.fromkeys(_hides(body), number)
    found += [
        f"cell {number}: folded prose"
        for number, cell in enumerate(book.cells, 1)
        if cell.cell_type != "code" and _folded(cell)
    ]
    return found


def _folded(cell):
    return FOLDED in cell.metadata.get("tags", [])


def _body(source):
    try:
        return ast.parse(source).body
    except SyntaxError:  # a magic, which another rule forbids
        return []


def _lines(source):
    lines = [line.strip() for line in source.splitlines()]
    return len([line for line in lines if line and not line.startswith("#")])


def _calls(body):
    """Return the last names of what is called anywhere in a body."""
    calls = [node.func for each in body for node in ast.walk(each) if _is_call(node)]
    return {call.attr if isinstance(call, ast.Attribute) else call.id for call in calls}


def _is_call(node):
    named = ast.Name | ast.Attribute
    return isinstance(node, ast.Call) and isinstance(node.func, named)


def _hides(body):
    """Return the names that a folded cell sets, or sets a part of."""
    drawing = {each.name for each in body if _only_draws(each)}
    _, bound = _names(body)
    parts = {
        _root(node).id
        for each in body
        for node in ast.walk(each)
        if isinstance(node, ast.Subscript | ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(_root(node), ast.Name)
    }
    return (bound | parts) - drawing


def _root(node):
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def _only_draws(node):
    """Whether this is a function of an axis or a figure that returns nothing."""
    if not isinstance(node, ast.FunctionDef):
        return False
    given = node.args.posonlyargs + node.args.args
    returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
    return bool(
        given and given[0].arg in CANVAS and not any(each.value for each in returns)
    )


def _names(body):
    """Return the names that statements need from before, and those that they set."""
    free, bound = set(), set()

    def go(*nodes):
        for node in nodes:
            inner = _inner(node)
            if inner is None:
                used, made = _of_statement(node)
                free.update(used - bound)
                bound.update(made)
            else:
                go(*inner)

    go(*body)
    return free, bound


def _inner(node):
    """Return the parts of a compound statement in the order of running, or None."""
    match node:
        case ast.For():
            return [_set(node.target, node.iter), *node.body, *node.orelse]
        case ast.While() | ast.If():
            return [ast.Expr(node.test), *node.body, *node.orelse]
        case ast.With():
            items = [_set(each.optional_vars, each.context_expr) for each in node.items]
            return [*items, *node.body]
        case ast.Try():
            handled = []
            for each in node.handlers:
                name = ast.Name(each.name, ast.Store()) if each.name else None
                handled += [_set(name, each.type or ast.Constant(None)), *each.body]
            return [*node.body, *handled, *node.orelse, *node.finalbody]
    return None


def _set(target, value):
    """Return the statement that a part of ``for`` or ``with`` amounts to."""
    made = ast.Assign([target], value) if target is not None else ast.Expr(value)
    return ast.fix_missing_locations(made)


def _of_statement(node):
    """Return the global names that a statement reads, and those that it sets."""
    table = symtable.symtable(ast.unparse(node), "cell", "exec")
    names = {each.get_name(): each for each in table.get_symbols()}
    read = {name for name, each in names.items() if each.is_referenced()}
    made = {n for n, each in names.items() if each.is_assigned() or each.is_imported()}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        read.add(node.target.id)
    inside = list(table.get_children())
    while inside:
        scope = inside.pop()
        inside += scope.get_children()
        read |= {
            each.get_name()
            for each in scope.get_symbols()
            if each.is_global() and each.is_referenced()
        }
    return read, made
