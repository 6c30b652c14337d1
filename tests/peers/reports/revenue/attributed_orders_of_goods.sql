from ledger(amount_basis := 'without_shipping_and_tax', exclude_fully_refunded := true)
