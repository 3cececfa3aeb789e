"""Above the apps: the admin's frame, and the pages that join several apps."""
