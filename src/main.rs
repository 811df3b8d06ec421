//! Arguments, tracing, run, exit status.

fn main() {}
