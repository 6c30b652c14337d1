select * from ledger(interval '24 hours', 'last_touch')
