"""Reads a website: fetches its pages politely, keeps what it fetched, and turns it into documents."""
