"""大管家: the bot."""
