"""The console: the frame of the admin's pages, its first page, and pages that join several apps. No app imports it."""
