from purchases_in()
