select * from overview_of(interval '168 hours', 'last_touch', 'any', 'click_cohort')
