enum PackagerSeed {}
