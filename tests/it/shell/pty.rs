//! The ways out of the terminal, in a real pseudo-terminal.
