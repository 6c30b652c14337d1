from compared('numbers_of_short_history', false)
