"""Our own parsers against inputs that a fuzzer makes: ``make fuzz``."""
