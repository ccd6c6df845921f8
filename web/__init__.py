"""Pages, API and text messages over the bot. This room alone knows people, requests and databases; nothing imports it."""
