select * from entries_of(interval '168 hours', 'last_touch', 'agent', 'click_cohort')
