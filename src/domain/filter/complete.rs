//! What could stand at the cursor.

use super::{Kind, Room, Spec, parse::field_name_len, when::NAMED};
use crate::domain::country::Country;
use std::ops::Range;

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that [`Self::insert`] replaces; ends at the cursor.
    pub replace: Range<usize>,
    pub insert: String,
    /// What it means; begins in lower case, may be empty.
    pub doc: String,
}

/// Proposals for the term before `cursor` (in bytes), in the order of the tables. `known` gives values that only the
/// database knows, such as the names of partners. Nothing is proposed inside a word that no field begins with.
pub fn complete<R: Room>(text: &str, cursor: usize, known: &dyn Fn(R::Field) -> Vec<String>) -> Vec<Completion> {
    let before = text.get(..cursor).unwrap_or(text);
    let term = term_start(before);
    let term = term + before[term..].bytes().take_while(|c| *c == b'-').count();
    let written = &before[term..];
    let name = &written[..field_name_len(written)];
    let after = &written[name.len()..];
    let symbol = after.len() - after.trim_start_matches([':', '=', '<', '>', '!']).len();
    if symbol == 0 {
        return if name.len() == written.len() { names::<R>(written, term..before.len()) } else { Vec::new() };
    }
    let values = &after[symbol..];
    let last = values.rfind(',').map_or(0, |comma| comma + 1);
    let fragment = values[last..].trim_start();
    let replace = before.len() - fragment.len()..before.len();
    let wanted = fragment.trim_start_matches('"');
    let compared = &after[..symbol];
    if name.eq_ignore_ascii_case("is") {
        let flags = R::FLAGS.iter().map(|flag| (flag.name.to_owned(), flag.doc.to_owned()));
        return matching(wanted, &replace, flags);
    }
    R::find(name).map_or_else(Vec::new, |spec| matching(wanted, &replace, values_of(spec, compared, known).into_iter()))
}

/// Where the term before the end of `text` begins: after the last space or parenthesis outside quotes. A space after a
/// comma or an operator belongs to the term.
fn term_start(text: &str) -> usize {
    let mut start = 0;
    let mut in_quotes = false;
    let mut continues = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '(' | ')' => start = at + 1,
            _ if c.is_whitespace() => {
                if !continues {
                    start = at + c.len_utf8();
                }
                continue;
            }
            _ => {}
        }
        continues = c == ',';
    }
    start
}

fn names<R: Room>(written: &str, replace: Range<usize>) -> Vec<Completion> {
    let fields = R::FIELDS.iter().flat_map(|spec| {
        // An alias is proposed only to somebody who began to write it.
        let alias = spec.aliases.iter().filter(|_| !written.is_empty() && !begins(spec.name, written)).copied();
        std::iter::once(spec.name).chain(alias).map(move |name| (format!("{name}{}", spec.opener()), spec.doc.to_owned()))
    });
    let flags = R::FLAGS.iter().map(|flag| (format!("is:{}", flag.name), flag.doc.to_owned()));
    let keywords =
        [("or", "either side holds"), ("not", "the next term does not hold")].map(|(word, doc)| (word.to_owned(), doc.to_owned()));
    matching(written, &replace, fields.chain(flags).chain(keywords))
}

fn values_of<F: Copy>(spec: &Spec<F>, compared: &str, known: &dyn Fn(F) -> Vec<String>) -> Vec<(String, String)> {
    let plain = |value: &str| (value.to_owned(), String::new());
    let mut values: Vec<(String, String)> = match spec.kind {
        Kind::Choice(choices) => choices.iter().map(|choice| plain(choice)).collect(),
        Kind::Country => Country::all().map(|country| (country.to_string(), country.name().to_owned())).collect(),
        Kind::Code | Kind::Words | Kind::Number | Kind::Id | Kind::Other(_) => known(spec.field).iter().map(|value| plain(value)).collect(),
        Kind::Future => lengths(&["30m", "2h", "8h", "1d"], "from now"),
        Kind::Past => lengths(&["1h", "1d", "7d", "30d"], "ago"),
    };
    if matches!(spec.kind, Kind::Future | Kind::Past) {
        values.extend(NAMED.iter().map(|(name, _, doc)| ((*name).to_owned(), (*doc).to_owned())));
    }
    if matches!(compared, ":" | "=" | "!=") {
        values.push(("none".to_owned(), format!("it has no {}", spec.name)));
        values.push(("any".to_owned(), format!("it has some {}", spec.name)));
    }
    values
}

fn lengths(lengths: &[&str], doc: &str) -> Vec<(String, String)> {
    lengths.iter().map(|length| ((*length).to_owned(), format!("{length} {doc}"))).collect()
}

/// The proposals that begin with what is written; a country also by its name.
fn matching(wanted: &str, replace: &Range<usize>, proposals: impl Iterator<Item = (String, String)>) -> Vec<Completion> {
    proposals
        .filter(|(value, doc)| begins(value, wanted) || (doc.starts_with(char::is_uppercase) && begins(doc, wanted)))
        .map(|(value, doc)| {
            let insert = if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value };
            Completion { replace: replace.clone(), insert, doc }
        })
        .collect()
}

fn begins(text: &str, with: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    with.chars().flat_map(char::to_lowercase).all(|c| letters.next() == Some(c))
}
