"""What people can ask: one file per topic, collected by ``parts.load_commands``."""
