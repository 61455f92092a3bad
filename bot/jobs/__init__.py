"""What the bot does by itself: one file per job, collected by ``parts.load_jobs``."""
