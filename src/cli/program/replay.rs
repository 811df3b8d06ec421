//! What a program would have done with the leads of the last quarter, in text.

use crate::{
    cli::Call,
    domain::lead::replay::{Answered, Hole, Load, Replayed},
    error::Result,
};

/// Lines of one kind that are printed; `--json` has all.
const SHOWN: usize = 12;

pub fn print(replayed: &Replayed, call: &mut Call<'_>) -> Result<()> {
    let since = replayed.since.to_utc().date_naive();
    if replayed.leads == 0 {
        writeln!(call.out, "Replay: no lead was placed since {since}.")?;
    } else {
        writeln!(
            call.out,
            "Replay of {} since {since}, by the partners of today: {} would have gone to another partner first, or to nobody.",
            counted(replayed.leads, "lead"),
            replayed.moved
        )?;
    }
    for Load { partner, name, before, after } in replayed.loads.iter().take(SHOWN) {
        writeln!(
            call.out,
            "load: {partner} {name}: {} -> {} leads, at most {} -> {} open at once",
            before.leads, after.leads, before.most_open, after.most_open
        )?;
    }
    if replayed.loads.len() > SHOWN {
        writeln!(call.out, "load: {} more", replayed.loads.len() - SHOWN)?;
    }
    holes("hole", "would find no partner", &replayed.opened, call)?;
    holes("hole closed", "would find a partner", &replayed.closed, call)?;
    answered(&replayed.offers, call)
}

fn holes(word: &str, what: &str, holes: &[Hole], call: &mut Call<'_>) -> Result<()> {
    for Hole { scope, leads, rule } in holes.iter().take(SHOWN) {
        let why = rule.map_or_else(|| "nobody sells there".to_owned(), |rule| format!("fails: {rule}"));
        writeln!(call.out, "{word}: {scope}: {} {what} ({why})", counted(*leads, "lead"))?;
    }
    if holes.len() > SHOWN {
        writeln!(call.out, "{word}: {} more", holes.len() - SHOWN)?;
    }
    Ok(())
}

fn answered(offers: &Answered, call: &mut Call<'_>) -> Result<()> {
    if offers.judged == 0 && offers.unknown == 0 {
        return Ok(());
    }
    let unknown = match offers.unknown {
        0 => String::new(),
        some => format!("; of {some} nobody knows, they ended or stand open before the later deadline"),
    };
    Ok(writeln!(
        call.out,
        "Answered as they were, {} of {} would be breached instead of {}: {} added, {} avoided{unknown}.",
        offers.late_after,
        counted(offers.judged, "offer"),
        offers.late_before,
        offers.added,
        offers.avoided
    )?)
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
