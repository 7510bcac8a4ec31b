"""Widgets: they know no screen and no session; attributes go down to them, messages come up from them."""
