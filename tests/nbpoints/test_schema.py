"""Editors complete and check the scenario file by a JSON schema."""

from __future__ import annotations

import json

import jsonschema
import pytest
from autogap import paths
from nbpoints.scenarios import scenarios, schema, strict_yaml


def test_editors_get_a_schema_that_the_file_meets(load, write_notebook):
    """An independent validator finds the sound files sound, and what the program refuses wrong."""
    write_notebook("05_more", "m: list[str] = ['a']  # which {a, b}\nx: int | None = None  # n [1..]", "print(m, x)")
    loaded = load("a: {notebooks: all}")
    judge = jsonschema.Draft202012Validator(json.loads(schema.as_json(loaded.notebooks.values())))
    sound = """
        a: {about: x, notebooks: [03_exports], parameters: {rate: 20}, cases: [{month: 2025-06}]}
        b: {notebooks: 03, matrix: {month: {from: 2025-05, to: 2025-08}, rate: [1]}, exclude: [{month: [2025-05]}]}
        c: {notebooks: {03_exports: {rate: 3}, 01_gap: }, zip: {draws: [1, 2], month: [2025-05, 2025-06]}}
        d: {notebooks: 05_more, parameters: {m: [a, b], x: null}}
    """
    data = strict_yaml.loads(sound).data
    assert list(judge.iter_errors(data)) == []
    for faulty in (
        "a: {notebook: 03}",
        "A!: {notebooks: all}",
        "a: {notebooks: all, parameters: {rat: 3}}",
        "a: {notebooks: all, parameters: {rate: 3000}}",
        "a: {notebooks: all, matrix: {commodity: [ships]}}",
        "a: {notebooks: all, matrix: {draws: {to: 1}}}",
        "a: {notebooks: all, parameters: {m: [c]}}",
    ):
        assert list(judge.iter_errors(strict_yaml.loads(faulty).data)), faulty


@pytest.mark.slow
def test_the_collection_meets_its_own_schema():
    loaded = scenarios.load(paths.NOTEBOOKS / scenarios.FILE)
    judge = jsonschema.Draft202012Validator(json.loads(schema.as_json(loaded.notebooks.values())))
    assert list(judge.iter_errors(strict_yaml.load(loaded.path).data)) == []
