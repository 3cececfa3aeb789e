"""The parts of the pages of a lead, a buyer, a deal and a request: the feed, the ways of contact, the buttons."""
