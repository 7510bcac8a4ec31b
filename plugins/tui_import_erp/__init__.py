"""Customers, suppliers and persons out of an ERP: one source, behind it a connector for each kind of ERP."""

from __future__ import annotations

from collections.abc import Callable

from tui_import.api import Source, hookimpl
from tui_import_erp.source import ErpSource


@hookimpl
def register_sources(register: Callable[[Source], None]) -> None:
    """The one source of this package."""
    register(ErpSource())
