"""What somebody wrote down about a lead, and how its status changed by hand or by a file: the history of a lead."""
