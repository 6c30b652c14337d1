from daily('default_days', 'default_numbers_of_days')
