//! `pilothouse completions SHELL`: a completion script, made from the command line's own definition.

use super::{Call, Cli};
use crate::error::Result;
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  pilothouse completions bash > ~/.local/share/bash-completion/completions/pilothouse")]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: &Args, call: &mut Call<'_>) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pilothouse", &mut script);
    Ok(call.out.write_all(&script)?)
}
