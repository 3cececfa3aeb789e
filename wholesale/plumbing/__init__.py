"""Code that all apps share: requests, errors, fields, locks, imports, background work. It knows nothing of the domain."""
