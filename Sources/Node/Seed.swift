enum NodeSeed {}
