"""SQLite behind the core's Store protocol, and where the files lie."""
