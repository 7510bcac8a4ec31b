"""``make torture``: a running import is killed with SIGKILL, at every commit and at random moments, and nothing may be lost."""
