select * exclude (matures_at) from click_outcomes(interval '24 hours', 'last_touch')
