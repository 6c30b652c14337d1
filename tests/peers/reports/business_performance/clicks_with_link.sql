select * exclude (matures_at) from click_outcomes(interval '168 hours', 'last_touch')
