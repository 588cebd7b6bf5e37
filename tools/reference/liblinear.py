# Makes test/fixtures/liblinear.json: two small problems and what LIBLINEAR finds for them.
# Needs liblinear-train (Debian: liblinear-tools; made with 2.3.0). Run: python3 tools/reference/liblinear.py
import json
import random
import re
import subprocess
import tempfile
from pathlib import Path

OPTIONS = ["-s", "3", "-B", "1", "-c", "1", "-e", "1e-4"]
ROWS, SIZE = 300, 16


def problem(seed, shift, flipped):
    """Standard normal features, labels by a random hyperplane off the origin, a share of the labels flipped."""
    draw = random.Random(seed)
    normal = [draw.gauss(0, 1) for _ in range(SIZE)]
    features = [[round(draw.gauss(0, 1), 2) for _ in range(SIZE)] for _ in range(ROWS)]
    labels = [int(sum(a * b for a, b in zip(normal, row)) > shift) for row in features]
    return features, [1 - label if draw.random() < flipped else label for label in labels]


def liblinear(features, labels):
    lines = []
    for label, row in zip(labels, features):
        # LIBLINEAR's first label is its positive one: "no" is written as -1, and the sign is checked below.
        lines.append(("+1 " if label else "-1 ") + " ".join(f"{j + 1}:{x}" for j, x in enumerate(row)))
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder) / "data", Path(folder) / "model"
        data.write_text("\n".join(lines) + "\n")
        done = subprocess.run(["liblinear-train", *OPTIONS, data, model], capture_output=True, text=True, check=True)
        header, weights = model.read_text().split("\nw\n")
    sign = 1 if re.search(r"^label (\S+)", header, re.M)[1] == "1" else -1
    *weights, bias = [sign * float(w) for w in weights.split()]
    return {"weights": weights, "bias": bias, "reportedObjective": float(re.search(r"Objective value = (\S+)", done.stdout)[1])}


def primal_objective(features, labels, model):
    """The primal objective from its definition, since LIBLINEAR prints the dual's."""
    loss = 0.0
    for row, label in zip(features, labels):
        value = sum(a * b for a, b in zip(model["weights"], row)) + model["bias"]
        loss += max(0.0, 1 - (value if label else -value))
    return (sum(w * w for w in model["weights"]) + model["bias"] ** 2) / 2 + loss


fixture = {"options": " ".join(OPTIONS), "size": SIZE, "problems": []}
for name, seed, shift, flipped in [("separable", 1, 1.5, 0.0), ("one label in ten flipped", 2, 0.5, 0.1)]:
    features, labels = problem(seed, shift, flipped)
    model = liblinear(features, labels)
    model["primalObjective"] = primal_objective(features, labels, model)
    fixture["problems"].append({"name": name, "features": features, "labels": labels, **model})

path = Path(__file__).parents[2] / "test/fixtures/liblinear.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
for p in fixture["problems"]:
    print(p["name"], "primal", p["primalObjective"], "dual", p["reportedObjective"])
