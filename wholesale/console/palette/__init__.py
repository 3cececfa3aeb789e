"""The palette: one field that finds people, offers, pages and actions (Ctrl+K on each page)."""
