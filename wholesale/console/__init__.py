"""The console: the admin's frame, and pages that join several apps. No app imports it."""
