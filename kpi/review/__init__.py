"""The Friday review: what the week brought in each province, against the four weeks before. It is mailed, and kept."""
