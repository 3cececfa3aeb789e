"""The project: settings and API plumbing below all apps; urls, dashboard and demo above them. No domain."""
