"""Rows out of files: CSV and XLSX, what their headings mean, and the batch that somebody looks through first."""
