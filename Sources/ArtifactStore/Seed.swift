enum ArtifactStoreSeed {}
