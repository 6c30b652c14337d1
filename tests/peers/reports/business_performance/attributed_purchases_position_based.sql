select * from ledger(interval '1440 hours', 'position_based')
