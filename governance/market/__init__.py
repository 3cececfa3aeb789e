"""The market room: contact rules of each province and market, and the gate's answer by them."""
