from export('numbers_of_days_of_short_history')
