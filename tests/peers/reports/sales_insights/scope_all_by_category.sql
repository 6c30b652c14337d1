from product_table(scope := 'all', amount_basis := 'net', grain := 'category')
