select * from ledger(interval '1440 hours', 'time_decay')
