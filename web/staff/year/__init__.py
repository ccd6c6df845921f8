"""The yearly report on the Local Offer, ready to be edited."""
