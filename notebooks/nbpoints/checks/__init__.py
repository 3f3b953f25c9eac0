"""Checks that cannot be green by accident: outputs compared as data, notebooks and the compendium held to rules."""
