from tiles()
