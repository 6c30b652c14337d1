from goods(scope := 'all', amount_basis := 'net')
