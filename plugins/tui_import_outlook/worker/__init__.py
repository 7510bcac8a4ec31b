"""What runs in the child process. It imports neither `tui_import` nor its parent package: it starts in milliseconds and knows nothing."""
