"""Modules imported beforehand, out of sight until a notebook imports them.

A kernel that is forked from a process with many imports would carry all that they did to it: a logger configured, a
warning silenced, an option set. So the modules are taken out of `sys.modules` again and what they did is undone; when
the notebook imports one, it gets the module with those that it needs, and then what they did is done again. A forked
kernel thus behaves as if it had imported everything itself.

Standard library alone, as `observe`.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import ModuleSpec
from itertools import islice
from types import ModuleType


class Shelf:
    """Imports modules and puts them away; in a fork, it is a finder for `sys.meta_path` that hands them out.

    Parameters
    ----------
    process_state : type
        `process_state.ProcessState`.
    """

    def __init__(self, process_state: type):
        self._new_state = process_state
        self._modules: dict[str, ModuleType] = {}
        self._needs: dict[str, set[str]] = {}
        self._effects: dict[str, list[Callable[[], None]]] = {}
        self._handed_out: dict[str, tuple[ModuleType, ModuleSpec | None]] = {}

    def load(self, names: Iterable[str], then: Callable[[], None] = lambda: None) -> None:
        """Import modules and put them away with all that they import; what cannot be imported is left out.

        Parameters
        ----------
        names : iterable of str
        then : callable
            Called while they are in sight and what they did is undone.
        """
        base = set(sys.modules)
        sys.modules.update(self._modules)
        state = self._new_state()
        with warnings.catch_warnings(), self._noting(state):
            for name in names:
                count = len(sys.modules)
                # what fails here fails, if it must, in the notebook that wants it; a module may also exit
                with contextlib.suppress(BaseException):
                    __import__(name)
                self._note_effects(name, state, thorough=len(sys.modules) > count)
            state.restore()
        then()
        for name in [name for name in sys.modules if name not in base]:
            module = sys.modules.pop(name)
            # this one ties itself to IPython's shell when it is imported, and there is none yet
            if name.partition(".")[0] != "matplotlib_inline":
                self._modules[name] = module

    def get(self, name: str) -> ModuleType | None:
        """Return a module that is put away, without handing it out."""
        return self._modules.get(name)

    def names(self) -> list[str]:
        """List what is put away."""
        return list(self._modules)

    @contextlib.contextmanager
    def _noting(self, state) -> Iterator[None]:
        plain, under_way = builtins.__import__, []

        def noting(name, globals=None, locals=None, fromlist=(), level=0):
            own = globals or {}
            full, count = _absolute(name, own, level), len(sys.modules)
            at_top = sys._getframe(1).f_code.co_name == "<module>"
            # a function that imports acts for the module whose import has called it
            importer = own.get("__name__", "") if at_top else under_way[-1] if under_way else ""
            if full not in sys.modules:
                self._note_effects(importer, state)
            under_way.append(full)
            try:
                return plain(name, globals, locals, fromlist, level)
            finally:
                under_way.pop()
                new = set(islice(reversed(sys.modules), max(0, len(sys.modules) - count)))
                asked = [full, *(each for item in fromlist or () if (each := f"{full}.{item}") in sys.modules)]
                self._needs.setdefault(importer, set()).update(asked)
                if new:
                    owner = next((name for name in reversed(asked) if name in new), importer)
                    self._needs.setdefault(owner, set()).update(new)
                    self._note_effects(owner, state, thorough="." not in full)

        builtins.__import__ = noting
        try:
            yield
        finally:
            builtins.__import__ = plain

    def _note_effects(self, name: str, state, thorough: bool = False) -> None:
        if found := state.changes(thorough):
            self._effects.setdefault(name, []).extend(found)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Offer a module that is put away; part of the protocol of finders."""
        module = self._modules.get(name)
        if module is None:
            return None
        own = getattr(module, "__spec__", None)
        spec = ModuleSpec(name, self, origin=getattr(own, "origin", None))
        spec.submodule_search_locations = getattr(own, "submodule_search_locations", None)
        self._handed_out[name] = module, own
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Hand out a module, and those that it needs with it; part of the protocol of loaders."""
        needed = self._needed(spec.name)
        sys.modules.update({name: self._modules.pop(name) for name in list(self._modules) if name in needed})
        for name in [name for name in self._effects if name in needed]:
            for redo in self._effects.pop(name):
                redo()
        return self._handed_out[spec.name][0]

    def exec_module(self, module: ModuleType) -> None:
        """Give a module its own spec back; its code has run already."""
        _, module.__spec__ = self._handed_out.pop(module.__spec__.name)

    def _needed(self, name: str) -> set[str]:
        found: set[str] = set()
        rest = [name]
        while rest:
            each = rest.pop()
            if each not in found:
                found.add(each)
                rest += self._needs.get(each, ())
                if parent := each.rpartition(".")[0]:
                    rest.append(parent)
        return found


def _absolute(name: str, globals: dict, level: int) -> str:
    if not level:
        return name
    package = globals.get("__package__") or globals.get("__name__", "")
    base = package.rsplit(".", level - 1)[0]
    return f"{base}.{name}" if name else base
