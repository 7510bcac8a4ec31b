"""What both faces call: `Workspace`, a store and all that belongs to it, and `ImportSession`, an import in progress."""
