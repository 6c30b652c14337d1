from goods()
