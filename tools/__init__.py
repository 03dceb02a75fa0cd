"""What maintainers run; lessons and helpers import nothing from here."""
