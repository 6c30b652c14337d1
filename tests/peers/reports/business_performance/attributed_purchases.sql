select * from ledger(interval '168 hours', 'last_touch')
