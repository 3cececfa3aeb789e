"""The go-live room: the one state row that every acting verb stands on, and its kill switch."""
