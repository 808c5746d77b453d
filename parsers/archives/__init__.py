"""ZIP, RAR, 7z and tar: members, counted while they stream, their names decoded."""
