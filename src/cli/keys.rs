//! `pilothouse keys check`: what is wrong or doubtful about a keymap.

use super::Call;
use crate::{
    domain::nearest::nearest,
    error::{Error, Result},
    tui::keymap::{Keymap, library},
};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the mistakes of a keymap, keys that hide one another, and actions without a key
    #[command(after_help = "Example:\n  pilothouse keys check vim")]
    Check(Check),
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// A keymap by name (default: the configured one)
    name: Option<String>,
}

pub fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let Verb::Check(args) = verb;
    let name = args.name.unwrap_or_else(|| call.config.keymap.clone());
    let library = library(Some(call.config.folders.config.clone()));
    if !library.names().contains(&name) {
        let known = library.names();
        let hint = nearest(&name, known.iter().map(String::as_str))
            .map_or_else(|| format!("there are {}", known.join(", ")), |near| format!("did you mean {near}?"));
        return Err(Error::expected(format!("there is no keymap {name}; {hint}")));
    }
    let (keymap, problems) = Keymap::load(&library, &name);
    for finding in keymap.check() {
        writeln!(call.out, "{finding}")?;
    }
    if problems.is_empty() {
        return Ok(writeln!(call.out, "the keymap {name} has no mistakes")?);
    }
    let listed: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Err(Error::expected(format!("the keymap {name} has {} mistakes:\n{}", listed.len(), listed.join("\n"))))
}
