"""Make data/sizes.csv: visitors of an invented diving club, measured for a suit.

    python data/make_sizes.py            # writes data/sizes.csv
    python data/make_sizes.py --check    # makes it again and compares the bytes
    python data/make_sizes.py --floors   # measures models without a network on it

Each row is one visitor: chest, waist, height, length of the arm, and whether one of the
three suits in stock fits.  What the tailor goes by stands in no column: the size, a
weighted sum of the four.  A suit fits whose size is near the visitor's; three answers
in a hundred are wrong.  So two visitors who look alike may need different answers, and
whoever finds the weights needs nothing else.  The figures were set by models without a
network on seeds 1 and 2, before any network saw a table; the seed was drawn afterwards.
"""

import sys
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("sizes.csv")
SEED = 1958  # the year of F. Rosenblatt's perceptron
COUNT = {"train": 400, "test": 1000}  # visitors
MEASURES = {  # mean and deviation, cm; weight in the size, of a deviation
    "chest_cm": (102.0, 9.0, 0.8),
    "waist_cm": (88.0, 10.0, 0.5),
    "height_cm": (175.0, 9.0, 0.3),
    "arm_cm": (62.0, 4.0, -0.4),
}
ALIKE = 0.5  # correlation of any two measurements
STOCK = (-1.1, 0.0, 1.1)  # sizes of the suits, of the size's own deviation
ROOM = 0.3  # how far from that a suit still fits
WRONG = 0.03  # share of the answers that are turned


def make_bytes(seed=SEED):
    """Return the bytes of the table."""
    rng = np.random.default_rng(seed)
    mean, deviation, weight = np.transpose(list(MEASURES.values()))
    alike = np.full((len(mean), len(mean)), ALIKE) + (1 - ALIKE) * np.eye(len(mean))
    lines = [",".join(["part", *MEASURES, "suit_fits"])]
    for part, count in COUNT.items():
        body = rng.multivariate_normal(
            np.zeros(len(mean)), alike, count, method="cholesky"
        )
        body = np.round(2 * (mean + deviation * body)) / 2  # half a centimetre
        size = (body - mean) / deviation @ weight / np.sqrt(weight @ alike @ weight)
        near = np.abs(size[:, None] - STOCK).min(axis=1) < ROOM
        fits = near != (rng.random(count) < WRONG)
        for row, answer in zip(body, fits, strict=True):
            lines.append(",".join([part, *(f"{x:.1f}" for x in row), str(int(answer))]))
    return ("\n".join(lines) + "\n").encode()


def floors(content):
    """Return the shares of right answers of tuned models without a network, by name.

    Parameters
    ----------
    content : bytes
        Of a table as `make_bytes` gives it.

    Returns
    -------
    dict of str to float
        On the test part, chosen by five folds of the training part.
    """
    import io

    import pandas as pd
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    from sklearn.svm import SVC

    table = pd.read_csv(io.BytesIO(content))
    train, test = (table[table["part"] == part] for part in COUNT)
    x, columns = train[list(MEASURES)], list(MEASURES)
    strengths = [0.01, 0.1, 1, 10, 100]
    regression = LogisticRegression(max_iter=5000)
    forest = RandomForestClassifier(300, random_state=0)
    models = {
        "the most frequent answer": (DummyClassifier(), {}),
        "logistic regression": (regression, {"C": strengths}),
        "nearest neighbours": (
            KNeighborsClassifier(),
            {"n_neighbors": range(1, 40, 2)},
        ),
        "random forest": (forest, {"max_features": [1, 2, 4]}),
        "boosting": (
            GradientBoostingClassifier(random_state=0),
            {"max_depth": [1, 2, 3, 4], "n_estimators": [50, 100, 300]},
        ),
        "support vectors": (SVC(), {"C": [*strengths, 1000], "gamma": strengths}),
    }
    found = {}
    for name, (model, grid) in models.items():
        step = type(model).__name__.lower()
        grid = {f"{step}__{key}": values for key, values in grid.items()}
        search = GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=5)
        search.fit(x, train["suit_fits"])
        found[name] = search.score(test[columns], test["suit_fits"])
    for degree in (2, 4, 6):
        powers = make_pipeline(StandardScaler(), PolynomialFeatures(degree), regression)
        search = GridSearchCV(powers, {"logisticregression__C": strengths}, cv=5)
        search.fit(x, train["suit_fits"])
        score = search.score(test[columns], test["suit_fits"])
        found[f"powers up to {degree}"] = score
    return found


if __name__ == "__main__":
    if "--floors" in sys.argv:
        for name, share in floors(make_bytes()).items():
            print(f"{name}: {share:.3f}")
    else:
        sys.exit(sample_file.main(TARGET, make_bytes))
