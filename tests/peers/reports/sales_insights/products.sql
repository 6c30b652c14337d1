from product_table()
