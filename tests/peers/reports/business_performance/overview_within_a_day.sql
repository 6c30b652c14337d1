select * from overview_of(interval '24 hours', 'last_touch', 'agent', 'click_cohort')
