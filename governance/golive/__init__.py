"""The go-live room: the kill switch and go-live, which are one row that every acting verb reads."""
