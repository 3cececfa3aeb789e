"""Reports as pages, and as files: CSV, XLSX and PDF. What a report is, `wholesale.plumbing.reports` says."""
