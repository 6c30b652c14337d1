from goods(scope := 'outbound')
