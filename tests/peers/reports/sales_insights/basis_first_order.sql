from user_classes(scope := 'all', basis := 'first_order')
