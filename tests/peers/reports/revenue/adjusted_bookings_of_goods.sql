from adjusted(amount_basis := 'without_shipping_and_tax')
