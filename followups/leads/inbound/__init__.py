"""Inbound messages: replies, opt-outs such as STOP, and messages that a person must decide."""
