"""What must hold whatever a publisher sends: a balance is a difference, a part is not above its whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Newest = Mapping[str, Mapping[str, float]]
"""Series -> period -> newest figure."""

_PARTNERS = ("world", "asia", "cn", "kr", "us", "ca", "mx", "de", "gb", "eu", "au")
ROUNDING = 1.0  # million yen: each side is rounded by itself


def faults(newest: Newest) -> list[str]:
    """Check every identity for every period that has all its parts.

    Parameters
    ----------
    newest : mapping
        Series -> period -> newest figure, of all series.

    Returns
    -------
    list of str
        One sentence an identity that fails, with its first period.

    Examples
    --------
    >>> faults({"mof.us.exports.total": {"2025-05": 10.0}, "mof.us.imports.total": {"2025-05": 4.0},
    ...         "mof.us.balance": {"2025-05": 16.0}})
    ['mof.us.balance: 2025-05 is 16, exports less imports are 6.']
    """
    return [*_balances(newest), *_parts(newest), *_same(newest)]


def _balances(newest: Newest) -> Iterator[str]:
    for partner in _PARTNERS:
        end = "_first_release" if partner == "world" else ""  # beside the history in thousand yen
        whole, exports, imports = (
            newest.get(f"mof.{partner}.{what}{end}", {}) for what in ("balance", "exports.total", "imports.total")
        )
        for period in sorted(set(whole) & set(exports) & set(imports)):
            implied = exports[period] - imports[period]
            if abs(implied - whole[period]) > ROUNDING:
                yield (
                    f"mof.{partner}.balance{end}: {period} is {whole[period]:,.0f}, exports less imports are "
                    f"{implied:,.0f}."
                )
                break


def _parts(newest: Newest) -> Iterator[str]:
    for partner in ("us", "eu", "asia", "cn", "world"):
        for measure in ("", "_units"):
            whole = newest.get(f"mof.{partner}.exports.motor_vehicles{measure}", {})
            parts = [
                newest.get(f"mof.{partner}.exports.{item}{measure}", {}) for item in ("passenger_cars", "buses_trucks")
            ]
            for period in sorted(set(whole).intersection(*parts)):
                if sum(part[period] for part in parts) > whole[period] + 2 * ROUNDING:
                    name = f"mof.{partner}.exports.motor_vehicles{measure}"
                    yield f"{name}: cars and buses of {period} are more than all vehicles."
                    break


def _same(newest: Newest) -> Iterator[str]:
    """Cars by nine digits, less 8703.10, are the passenger cars of the time series, to the last unit."""
    for end, whole in (("", "passenger_cars"), ("_units", "passenger_cars_units")):
        lines = [
            figures
            for name, figures in newest.items()
            if name.startswith("mof.world.exports.hs8703")
            and name.endswith("_units") == bool(end)
            and ".hs870310" not in name
        ]
        cars = newest.get(f"mof.world.exports.{whole}", {})
        for period in sorted(set(cars).intersection(*lines)) if lines else []:
            total = sum(line[period] for line in lines)
            if total != cars[period]:
                name = f"mof.world.exports.{whole}"
                yield f"{name}: {period} is {cars[period]:,.0f}, its lines of HS 8703 add to {total:,.0f}."
                break
