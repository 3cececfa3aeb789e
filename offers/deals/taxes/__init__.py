"""Land transfer tax: its schedules by place and date, and the tax of a sale."""
