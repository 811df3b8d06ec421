//! `pilothouse doctor`: is everything as it should be, and if not, what to do.

mod checks;
mod terminal;

use super::Call;
use crate::error::{Error, Result};
use serde::Serialize;
use std::fmt;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  pilothouse --database postgres://anna@db1/channel doctor")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Good,
    /// It works, but less well than it could.
    Weak,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
struct Finding {
    about: &'static str,
    health: Health,
    found: String,
    /// What to do; empty when all is well.
    advice: String,
}

impl Finding {
    fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, health: Health::Good, found: found.into(), advice: String::new() }
    }

    fn weak(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, health: Health::Weak, found: found.into(), advice: advice.into() }
    }

    fn bad(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, health: Health::Bad, found: found.into(), advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.health {
            Health::Good => "ok  ",
            Health::Weak => "weak",
            Health::Bad => "BAD ",
        };
        write!(f, "{sign}  {:<14}{}", self.about, self.found)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n{:20}-> {}", "", self.advice) }
    }
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let mut findings = checks::configuration(call);
    findings.extend(checks::database(call).await);
    findings.extend(terminal::findings());
    if args.json {
        call.json(&findings)?;
    } else {
        for finding in &findings {
            writeln!(call.out, "{finding}")?;
        }
    }
    let bad = findings.iter().filter(|finding| finding.health == Health::Bad).count();
    if bad == 0 {
        return Ok(());
    }
    call.out.flush()?;
    Err(Error::expected(format!("{bad} of {} checks failed; the lines marked BAD say what to do", findings.len())))
}
