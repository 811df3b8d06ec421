//! `pilothouse audit verify|show`: the chain of everything that happened.

mod show;

use super::{Call, progress::Progress};
use crate::error::{Error, Result};
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Prove that no event was changed, taken out, put in or moved
    #[command(after_help = "Example:\n  pilothouse audit verify\n\n\
        Keep the last line somewhere else: it proves that the whole chain was not exchanged.")]
    Verify(Verify),
    /// Tell what happened, an event a line, the newest first
    #[command(after_help = "Examples:\n  pilothouse audit show L-12                     everything that happened to a lead\n  \
        pilothouse audit show --since 2h --actor ben   what ben did in the last two hours\n  \
        pilothouse audit show --follow             and whatever happens from now on\n  pilothouse audit show --kind denied --json")]
    Show(show::Args),
}

#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Verify(args) => verify(&args, call).await,
        Verb::Show(args) => show::run(&args, call).await,
    }
}

async fn verify(args: &Verify, call: &mut Call<'_>) -> Result<()> {
    let db = call.db().await?;
    let progress = Progress::new();
    let verdict = db.audit_verify(|checked| progress.show(&format!("{checked} events checked"))).await;
    progress.clear();
    let verdict = verdict?;
    let hash = hex(&verdict.head.hash);
    if args.json {
        let broken = verdict.broken.as_ref().map(|broken| json!({ "seq": broken.seq, "why": broken.why.to_string() }));
        call.json(&json!({ "events": verdict.events, "head": { "seq": verdict.head.seq, "hash": hash }, "broken": broken }))?;
    }
    match verdict.broken {
        Some(broken) => Err(Error::expected(format!("the audit chain is broken at event {}: {}", broken.seq, broken.why))),
        None if args.json => Ok(()),
        None => Ok(writeln!(call.out, "{} events, the chain is whole\n#{} {hash}", verdict.events, verdict.head.seq.0)?),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
