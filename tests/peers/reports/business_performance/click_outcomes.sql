select * exclude (immature) from click_outcomes(interval '168 hours', 'last_touch')
