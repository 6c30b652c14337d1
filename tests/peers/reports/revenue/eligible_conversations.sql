from eligible()
