"""What this user's decisions taught the matcher, kept in the state folder: factors of fields, never a value of any record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _
from tui_import.config.files import read_toml, state_folder, write_file

FILE = "matching-learnt.toml"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt for one entity."""

    coefficients: Mapping[str, float] = field(default_factory=dict)
    """Slot → factor of its weight, 0.1 to 3."""
    bias: float = 0.0
    """Bits added to every pair."""
    decisions: int = 0
    """How many decisions it comes from."""


def learnt_path() -> Path:
    """The file; it need not exist. Deleting it forgets everything."""
    return state_folder() / FILE


def load_learnt(path: Path | None = None) -> dict[str, Lesson]:
    """Entity → lesson; nothing where there is no file. Raises `RecipeError` where it cannot be read."""
    path = path or learnt_path()
    if not path.is_file():
        return {}
    return {entity: _lesson(entity, table, str(path)) for entity, table in read_toml(path).items()}


def save_learnt(lessons: Mapping[str, Lesson], path: Path | None = None) -> Path:
    """Write all lessons in place of those before."""
    import tomli_w

    tables = {
        entity: {"bias": round(lesson.bias, 4), "decisions": lesson.decisions, "coefficients": _rounded(lesson.coefficients)}
        for entity, lesson in lessons.items()
    }
    target = path or learnt_path()
    write_file(target, tomli_w.dumps(tables))
    return target


def _rounded(coefficients: Mapping[str, float]) -> dict[str, float]:
    return {name: round(factor, 4) for name, factor in sorted(coefficients.items())}


def _lesson(entity: str, table: Any, file: str) -> Lesson:
    try:
        coefficients = {str(name): float(factor) for name, factor in table.get("coefficients", {}).items()}
        lesson = Lesson(coefficients, float(table.get("bias", 0.0)), int(table.get("decisions", 0)))
    except (AttributeError, TypeError, ValueError) as error:
        raise RecipeError(_("[{table}] is no lesson of the matcher.").format(table=entity), where=Where(file=file)) from error
    if entity not in ("company", "person") or not all(0 < factor <= 10 for factor in coefficients.values()) or abs(lesson.bias) > 60:
        raise RecipeError(_("[{table}] is no lesson of the matcher.").format(table=entity), where=Where(file=file))
    return lesson
