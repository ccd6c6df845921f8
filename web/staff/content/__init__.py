"""Put it right: entries, pins and wordings are changed, tried out and published from here."""
