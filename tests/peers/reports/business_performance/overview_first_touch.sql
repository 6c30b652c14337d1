select * from overview_of(interval '168 hours', 'first_touch', 'agent', 'click_cohort')
