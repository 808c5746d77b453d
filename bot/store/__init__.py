"""What happened so far: the database, the blobs, and every read and write of them."""
