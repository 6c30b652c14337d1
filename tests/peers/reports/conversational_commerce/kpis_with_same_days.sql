from compared('numbers_with_same_days', false)
