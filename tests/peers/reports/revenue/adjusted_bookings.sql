from adjusted()
