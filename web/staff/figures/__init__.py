"""Figures on what was asked and answered, and the yearly report made of them."""
