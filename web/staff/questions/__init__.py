"""A whole file of questions, answered in the background and given back as CSV or as a spreadsheet."""
