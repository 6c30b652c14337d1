select * from ledger(interval '1440 hours', 'first_touch')
