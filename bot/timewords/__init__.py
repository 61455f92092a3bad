"""The words that name a time, a kind of word a file; ``bot.deadlines`` reads them together."""
