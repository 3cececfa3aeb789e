"""Steps of ladders as work: what is due, who has claimed it, what came of it, and its history."""
