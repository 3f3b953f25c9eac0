"""Process-wide state that an import can change: logging, warnings, environment, options, random numbers.

Standard library only: the process that uses this imports packages for others and must not depend on any.
"""

from __future__ import annotations

import locale
import logging
import os
import random
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

Redo = Callable[[], None]


class ProcessState:
    """Detect changes of process-wide state, undo them, and repeat them in a fork.

    Not covered: interpreter hooks, signal handlers, threads, and state inside a package that no option exposes.
    """

    def __init__(self) -> None:
        self._states = dict.fromkeys(_KINDS)
        self.changes()
        self._undo: list[Redo] = []

    def changes(self, thorough: bool = True) -> list[Redo]:
        """Return functions that repeat the changes since the last call.

        Parameters
        ----------
        thorough : bool
            Whether to inspect the slower kinds too; a change that is skipped now is found by a later thorough call.
        """
        found = []
        for kind, (read, redo_and_undo) in _KINDS.items():
            if not thorough and kind not in _QUICK:
                continue
            before, now = self._states[kind], read()
            self._states[kind] = now
            if before is not None and now is not None and before != now:
                redo, undo = redo_and_undo(before, now)
                if redo:
                    found.append(redo)
                    self._undo.append(undo)
        return found

    def restore(self) -> None:
        """Undo all changes in reverse order."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()


def _whole(change: Callable[[Any], object]) -> Callable[[Any, Any], tuple[Redo, Redo]]:
    """Redo and undo a state that is set as one value."""
    return lambda before, now: (lambda: change(now), lambda: change(before))


def _by_key(change: Callable[[dict], None]) -> Callable[[Mapping, Mapping], tuple[Redo | None, Redo | None]]:
    """Redo and undo the keys that changed. New ones, such as the options of a package just imported, are no changes."""

    def redo_and_undo(before: Mapping, now: Mapping) -> tuple[Redo | None, Redo | None]:
        changed = {key: now[key] for key in before if key in now and before[key] != now[key]}
        if not changed:
            return None, None
        return lambda: change(changed), lambda: change({key: before[key] for key in changed})

    return redo_and_undo


def _environment(before: dict, now: dict) -> tuple[Redo, Redo]:
    names = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}

    def change(values: dict) -> None:
        for name in names:
            if name in values:
                os.environ[name] = values[name]
            else:
                os.environ.pop(name, None)

    return lambda: change(now), lambda: change(before)


def _filters(before: list, now: list) -> tuple[Redo | None, Redo]:
    old = [item for item in now if item in before]
    last = now.index(old[-1]) if old else -1
    first = [item for item in now[: last + 1] if item not in before]
    after = [item for item in now[last + 1 :] if item not in before] if old else []
    if not old:
        first = list(now)

    def redo() -> None:
        for item in reversed(first):
            _filter(item, append=False)
        for item in after:
            _filter(item, append=True)

    # `warnings.catch_warnings` undoes this: it restores the identical list
    return redo if first or after else None, lambda: None


def _filter(item: tuple, append: bool) -> None:
    action, message, category, module, line = item
    warnings.filterwarnings(action, _pattern(message), category, _pattern(module), line, append)


def _pattern(compiled: re.Pattern | str | None) -> str:
    return compiled.pattern if isinstance(compiled, re.Pattern) else compiled or ""


def _root_logger() -> tuple:
    return logging.root.level, tuple(logging.root.handlers), logging.root.manager.disable


def _root_logging(before: tuple, now: tuple) -> tuple[Redo, Redo]:
    added = [handler for handler in now[1] if handler not in before[1]]
    streams = [_name_of(getattr(handler, "stream", None)) for handler in added]

    def redo() -> None:
        # as logging.basicConfig, the usual cause: a logger that has handlers is left unchanged
        if not (added and logging.root.handlers):
            for handler, name in zip(added, streams):
                if name:
                    handler.setStream(getattr(sys, name))
                logging.root.addHandler(handler)
            if now[0] != before[0]:
                logging.root.setLevel(now[0])
        if now[2] != before[2]:
            logging.disable(now[2])

    def undo() -> None:
        logging.root.handlers[:] = before[1]
        logging.root.setLevel(before[0])
        logging.disable(before[2])

    return redo, undo


def _name_of(stream: object) -> str:
    return next((name for name in ("stderr", "stdout") if stream is getattr(sys, name)), "")


def _loggers() -> dict:
    known = logging.root.manager.loggerDict.items()
    return {
        name: (logger.level, logger.propagate, logger.disabled, tuple(logger.handlers))
        for name, logger in known
        if isinstance(logger, logging.Logger)
    }


def _set_loggers(values: dict) -> None:
    for name, (level, propagate, disabled, handlers) in values.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.propagate, logger.disabled, logger.handlers[:] = propagate, disabled, handlers


def _matplotlib() -> dict | None:
    settings = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    # RcParams.copy() would choose a backend
    return None if settings is None else dict(dict.items(settings))


def _set_matplotlib(values: dict) -> None:
    settings = sys.modules["matplotlib"].rcParams
    for name, value in values.items():
        dict.__setitem__(settings, name, value)


def _pandas() -> dict | None:
    options = getattr(sys.modules.get("pandas._config.config"), "_global_config", None)
    return None if options is None else dict(_flat(options, ""))


def _flat(options: dict, prefix: str):
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _set_pandas(values: dict) -> None:
    for name, value in values.items():
        sys.modules["pandas"].set_option(name, value)


def _numpy() -> dict | None:
    numpy = sys.modules.get("numpy")
    if not hasattr(numpy, "set_printoptions"):
        return None
    shown = {f"print {name}": value for name, value in numpy.get_printoptions().items()}
    return shown | {f"error {name}": value for name, value in numpy.geterr().items()}


def _set_numpy(values: dict) -> None:
    numpy = sys.modules["numpy"]
    for name, value in values.items():
        kind, _, option = name.partition(" ")
        (numpy.set_printoptions if kind == "print" else numpy.seterr)(**{option: value})


def _numpy_random() -> tuple | None:
    generator = sys.modules.get("numpy.random")
    if not hasattr(generator, "get_state"):
        return None
    state = generator.get_state()
    return (state[0], state[1].tobytes(), *state[2:])


def _set_numpy_random(state: tuple) -> None:
    numpy = sys.modules["numpy"]
    numpy.random.set_state((state[0], numpy.frombuffer(state[1], numpy.uint32), *state[2:]))


# by kind: a function that reads the state (None if its package is not loaded), and one that makes the functions that
# redo and undo the change from one state to another
_KINDS = {
    "environment": (os.environ.copy, _environment),
    "filters": (lambda: list(warnings.filters), _filters),
    "root logger": (_root_logger, _root_logging),
    "loggers": (_loggers, _by_key(_set_loggers)),
    "captured warnings": (lambda: logging._warnings_showwarning is not None, _whole(logging.captureWarnings)),
    "matplotlib": (_matplotlib, _by_key(_set_matplotlib)),
    "pandas": (_pandas, _by_key(_set_pandas)),
    "numpy": (_numpy, _by_key(_set_numpy)),
    "random": (random.getstate, _whole(random.setstate)),
    "numpy.random": (_numpy_random, _whole(_set_numpy_random)),
    "locale": (lambda: locale.setlocale(locale.LC_ALL), _whole(partial(locale.setlocale, locale.LC_ALL))),
}
_QUICK = {"environment", "filters", "root logger", "captured warnings"}
