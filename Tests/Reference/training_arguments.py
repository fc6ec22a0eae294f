"""Writes Tests/FoveaTrainingTests/Fixtures/training_arguments.json: the defaults of transformers' TrainingArguments.

Run:  pip install transformers;  python Tests/Reference/training_arguments.py
"""

import dataclasses
import json
import pathlib

import transformers

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "FoveaTrainingTests" / "Fixtures"

defaults = {}
for field in dataclasses.fields(transformers.TrainingArguments):
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    if value is None or isinstance(value, (bool, int, float, str)):
        defaults[field.name] = getattr(value, "value", value)
reference = {"transformers": transformers.__version__, "defaults": defaults}
(FIXTURES / "training_arguments.json").write_text(json.dumps(reference, indent=2) + "\n")
