"""The speed of the pages that people look at all day, in the world of a large organisation."""
