"""Mappings, reports and summaries as JSON, for the draft."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import asdict
from typing import Any

from tui_import.model.mapping import Evidence, Link, Mapping
from tui_import.model.plan import Counts, PlanReport, SelectionInfo, Summary, Verb


def mapping_to_dict(mapping: Mapping) -> dict[str, Any]:
    """For JSON."""
    return {"links": [asdict(link) for link in mapping.links], "constants": dict(mapping.constants)}


def mapping_from_dict(stored: MappingABC[str, Any]) -> Mapping:
    """The inverse of `mapping_to_dict`."""
    links = tuple(Link(**{**link, "evidence": Evidence(link["evidence"])}) for link in stored["links"])
    return Mapping(links, dict(stored["constants"]))


def report_to_dict(report: PlanReport) -> dict[str, Any]:
    """For JSON."""
    return asdict(report)


def report_from_dict(stored: MappingABC[str, Any]) -> PlanReport:
    """The inverse of `report_to_dict`."""
    return PlanReport(
        rows=stored["rows"],
        unchecked=stored["unchecked"],
        entities={entity: Counts(**counts) for entity, counts in stored["entities"].items()},
        verbs={Verb(verb): count for verb, count in stored["verbs"].items()},
        clears=stored["clears"],
        warnings=stored["warnings"],
        new_list_items={name: tuple(items) for name, items in stored["new_list_items"].items()},
        duplicates=dict(stored.get("duplicates", {})),
        suppressed=stored.get("suppressed", 0),
        perhaps_meant={
            name: {item: tuple(near) for item, near in items.items()} for name, items in stored.get("perhaps_meant", {}).items()
        },
        moved=tuple((before, after, rows) for before, after, rows in stored["moved"]),
    )


def summary_to_dict(summary: Summary) -> dict[str, Any]:
    """For JSON."""
    return asdict(summary)


def summary_from_dict(stored: MappingABC[str, Any]) -> Summary:
    """The inverse of `summary_to_dict`."""
    fact = dict(stored)
    fact["entities"] = {entity: Counts(**counts) for entity, counts in stored["entities"].items()}
    fact["selections"] = tuple(SelectionInfo(**selection) for selection in stored["selections"])
    fact["notes"] = tuple(stored["notes"])
    return Summary(**fact)
