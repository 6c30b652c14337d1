from ledger(exclude_fully_refunded := true)
