"""The Django project: the plumbing below all apps, the console and the demo above them, settings and urls."""
