"""What the apps stand on: tables, time and text, locks, errors, requests, background work. No domain."""
