"""The command language: one table serves the dashboard, stdin, help and completion."""
