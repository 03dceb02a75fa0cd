"""Measure lesson 1's network beside tuned rivals on data drawn as data/sizes.csv is.

    python data/study_sizes.py                    # ten draws: long
    python data/study_sizes.py --draws 101 102 --rivals neighbours "support vectors"

The network is the lesson's: its functions are taken from the notebook, with the decay
that the lesson chose on the embedded table, and not tuned again.  Every rival is tuned
by five folds of each draw's training part.  Prints a line a draw and model: the share
of the test part, the share of the folds, what they chose.  Then, for each rival: its
mean share, and the mean of ours minus its over draws with the 95 % interval of t; last
the same for the rival that the folds of each draw prefer.
"""

import argparse
import ast
import io
import json
import sys
import tempfile
import warnings
from pathlib import Path

import make_sizes
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "lessons" / "01_perceptron.ipynb"
NEEDED = (  # how the lines begin that functions of the lesson stand on
    "import numpy",
    "from itertools",
    "from helpers",
    "ACTIVATIONS =",
)
DECAY, STARTS = 0.006, (0, 1, 2)
if str(ROOT) not in sys.path:  # run as a script, this file sees its own folder alone
    sys.path.append(str(ROOT))


def lesson_names(path=LESSON):
    """Return the lesson's functions and activations, with what NumPy they need."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    found = {"seed": 42}
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or source.startswith("%"):
            continue
        for node in ast.parse(source).body:
            line = ast.unparse(node)
            if isinstance(node, ast.FunctionDef) or line.startswith(NEEDED):
                exec(compile(line, "<lesson 1>", "exec"), found)
    return found


def parts(draw, rows=None):
    """Return x and y of both parts, standardised by the training rows."""
    import pandas as pd

    table = pd.read_csv(io.BytesIO(make_sizes.make_bytes(draw)))
    train, test = (table[table["part"] == part] for part in make_sizes.COUNT)
    train, columns = train[:rows], list(make_sizes.MEASURES)
    mean, deviation = train[columns].mean(), train[columns].std(ddof=0)
    return [
        array
        for part in (train, test)
        for array in (
            ((part[columns] - mean) / deviation).to_numpy(),
            part["suit_fits"].to_numpy(),
        )
    ]


def rivals(cache=None):
    """Return models without a network, each with its grid, by name."""
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.gaussian_process import GaussianProcessClassifier
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier, NeighborhoodComponentsAnalysis
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    from sklearn.svm import SVC

    near = {"last__n_neighbors": [1, 3, 5, 7, 9, 13, 17, 21, 27, 35]}
    found = near | {"first__n_components": [1, 2, 4]}
    seeds = {"first__init": ["random"], "first__random_state": [0, 1, 2]}
    kernel = ConstantKernel(4.0) * RBF([1.0] * 4, (0.05, 1e3))
    last = {
        "neighbours": (KNeighborsClassifier(), near),
        "support vectors": (
            SVC(max_iter=100_000),
            {"last__C": np.logspace(-1, 3, 9), "last__gamma": np.logspace(-2, 1, 10)},
        ),
        "Gaussian process": (
            GaussianProcessClassifier(kernel, n_restarts_optimizer=1, random_state=0),
            {},
        ),
        "extra trees": (
            ExtraTreesClassifier(200, random_state=0),
            {"last__max_features": [1, 2, 4], "last__min_samples_leaf": [1, 3]},
        ),
        "boosted histograms": (
            HistGradientBoostingClassifier(max_iter=100, random_state=0),
            {"last__max_leaf_nodes": [4, 16], "last__learning_rate": [0.05, 0.2]},
        ),
    }
    models = {name: (Pipeline([("last", m)]), grid) for name, (m, grid) in last.items()}
    metric = NeighborhoodComponentsAnalysis(max_iter=150)
    steps = [("first", metric), ("last", KNeighborsClassifier())]
    grids = [found | {"first__init": ["pca"]}, found | seeds]
    models["neighbours in a learned metric"] = (Pipeline(steps, memory=cache), grids)
    for degree in (2, 4, 6):
        powers = PolynomialFeatures(degree, include_bias=False)
        regression = LogisticRegression(max_iter=1000)
        steps = [("first", powers), ("scale", StandardScaler()), ("last", regression)]
        grid = {"last__C": np.logspace(-3, 4, 8)}
        models[f"powers up to {degree}"] = (Pipeline(steps), grid)
    return models


def ours(names, draw, starts=STARTS, rows=None):
    """Return whether the lesson's network is right, a row of the array a start."""
    x, y, x_new, y_new = parts(draw, rows)
    nets = [names["learn"](x, y, DECAY, start=start) for start in starts]
    said = [names["predict"](net, x_new, activation="relu") for net in nets]
    return np.stack(said) == y_new


def rival(model, grid, draw, rows=None):
    """Return whether a tuned rival is right, its share of the folds, what was chosen.

    A model with an empty grid (the Gaussian process chooses by its likelihood) gets its
    share of the folds too.
    """
    from sklearn.model_selection import GridSearchCV

    x, y, x_new, y_new = parts(draw, rows)
    search = GridSearchCV(model, grid, cv=5).fit(x, y)
    return search.predict(x_new) == y_new, search.best_score_, search.best_params_


def interval(differences):
    """Return the mean and both ends of the 95 % interval of t over draws."""
    from scipy import stats

    mean, half = np.mean(differences), np.nan
    if len(differences) > 1:
        half = stats.sem(differences) * stats.t.ppf(0.975, len(differences) - 1)
    return mean, mean - half, mean + half


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, nargs="+", default=range(101, 111))
    parser.add_argument("--rivals", nargs="+")
    parser.add_argument("--rows", type=int, help="of the training part, first ones")
    given = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", module="sklearn")  # grids reach where fits fail
    names, shares, folds = lesson_names(), {"ours": []}, {}
    with tempfile.TemporaryDirectory() as cache:
        models = rivals(cache)
        for draw in given.draws:
            starts = ours(names, draw, rows=given.rows).mean(axis=1)
            shares["ours"].append(starts.mean())
            print(draw, "ours:", *starts.round(3), flush=True)
            for name in given.rivals or models:
                right, inside, chosen = rival(*models[name], draw, given.rows)
                shares.setdefault(name, []).append(right.mean())
                folds.setdefault(name, []).append(inside)
                chosen = {key.split("__")[1]: value for key, value in chosen.items()}
                print(f"{draw} {name}: {right.mean():.3f} {inside:.3f} {chosen}")
    best = np.argmax(list(folds.values()), axis=0)
    others = np.array([shares[name] for name in folds])
    shares["the best in folds"] = others[best, np.arange(len(best))]
    for name, values in shares.items():
        low, high = min(values), max(values)
        print(f"{name}: {np.mean(values):.3f}, {low:.3f} to {high:.3f};", end=" ")
        differences = np.subtract(shares["ours"], values)
        print(
            "ours minus it {:+.3f}, {:+.3f} to {:+.3f}".format(*interval(differences))
        )


if __name__ == "__main__":
    main()
