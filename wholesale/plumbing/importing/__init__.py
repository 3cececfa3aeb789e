"""Imports: reading rows from CSV and XLSX files, and the batches in which they are checked and imported."""
