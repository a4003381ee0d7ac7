enum MediaSeed {}
