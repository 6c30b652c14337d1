from users_of('numbers_of_short_history')
