from ledger()
