"""What leaves the house: exports, templates and the demo's workbook. Nothing written here can run as a formula."""
