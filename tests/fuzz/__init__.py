"""Coverage-guided fuzzing of everything that reads bytes from outside: `make fuzz`, or `python -m tests.fuzz`."""
