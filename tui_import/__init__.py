"""tui-import: customer data from Excel, CSV and other sources into a CRM store, seen before it is written and undone when it was wrong."""

__version__ = "0.1.0"
