"""The project: plumbing below all apps, console and demo above them; settings and urls."""
