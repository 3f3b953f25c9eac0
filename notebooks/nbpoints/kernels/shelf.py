"""Preloaded modules, hidden until a notebook imports them.

A kernel forked from a process with many imports would inherit their side effects: a configured logger, a silenced
warning, a changed option. So preloaded modules are removed from `sys.modules` and their side effects are undone. When a
notebook imports one of them, it gets that module together with its dependencies, and their side effects are repeated.
A forked kernel thus behaves as if it had imported everything itself.

Standard library only, as in `observe`.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from itertools import islice
from types import ModuleType


class Shelf:
    """Import modules and hide them; in a fork, act as a finder for `sys.meta_path` that supplies them.

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
        self._supplied: set[str] = set()

    def load(self, names: Iterable[str], then: Callable[[], None] = lambda: None) -> None:
        """Import modules and hide them with all their dependencies; skip those that cannot be imported.

        Parameters
        ----------
        names : iterable of str
        then : callable
            Called while the modules are visible and their side effects are undone.
        """
        base = set(sys.modules)
        sys.modules.update(self._modules)
        state = self._new_state()
        with warnings.catch_warnings(), self._noting(state):
            for name in names:
                count = len(sys.modules)
                # a module that fails here, or exits, will do so in the notebook that imports it
                with contextlib.suppress(BaseException):
                    __import__(name)
                self._note_effects(name, state, thorough=len(sys.modules) > count)
            state.restore()
        then()
        for name in [name for name in sys.modules if name not in base]:
            module = sys.modules.pop(name)
            # this one binds to IPython's shell on import, and no shell exists yet
            if name.partition(".")[0] != "matplotlib_inline":
                self._modules[name] = module
                self._needs.setdefault(name, set()).update(filter(None, [name.rpartition(".")[0]]))

    def get(self, name: str) -> ModuleType | None:
        """Return a hidden module without supplying it."""
        return self._modules.get(name)

    def names(self) -> list[str]:
        """List the hidden modules."""
        return list(self._modules)

    @contextlib.contextmanager
    def _noting(self, state) -> Iterator[None]:
        plain, under_way = builtins.__import__, []

        def noting(name, globals=None, locals=None, fromlist=(), level=0):
            own = globals or {}
            full, count = _absolute(name, own, level), len(sys.modules)
            at_top = sys._getframe(1).f_code.co_name == "<module>"
            # an import inside a function belongs to the module whose import called the function
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
        """Offer a hidden module; part of the finder protocol."""
        module = self._modules.get(name)
        if module is None:
            return None
        own = getattr(module, "__spec__", None)
        spec = ModuleSpec(name, self, origin=getattr(own, "origin", None))
        spec.submodule_search_locations = getattr(own, "submodule_search_locations", None)
        self._handed_out[name] = module, own
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Supply a module with its dependencies; part of the loader protocol."""
        needed = self._needed(spec.name)
        self._supplied |= needed
        sys.modules.update({name: self._modules.pop(name) for name in list(self._modules) if name in needed})
        for name in [name for name in self._effects if name in needed]:
            for redo in self._effects.pop(name):
                redo()
        return self._handed_out[spec.name][0]

    def exec_module(self, module: ModuleType) -> None:
        """Restore the module's own spec; its code has already run."""
        _, module.__spec__ = self._handed_out.pop(module.__spec__.name)

    def _needed(self, name: str) -> set[str]:
        found, new = set[str](), {name}
        while new:
            found |= new
            new = set[str]().union(*(self._needs.get(each, ()) for each in new)) - found - self._supplied
        return found


def _absolute(name: str, globals: dict, level: int) -> str:
    return resolve_name("." * level + name, globals.get("__package__") or globals.get("__name__", ""))
