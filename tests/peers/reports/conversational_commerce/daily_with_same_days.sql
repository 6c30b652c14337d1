from daily('days_with_same_days', 'numbers_of_days_with_same_days')
