"""From a commit to what runs: versions, tags of the image, the roll-out, and what is checked of the workflows."""
