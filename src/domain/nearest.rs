//! "Did you mean": the known name closest to a mistyped one.

/// The candidate closest to `wanted`, if it is close enough to be a slip of the fingers: at most one edit for each three
/// letters (an edit inserts, drops, replaces a letter or swaps two neighbours), or a candidate that `wanted` begins.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let letters: Vec<char> = wanted.chars().take(64).collect();
    let allowed = letters.len().div_ceil(3);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let lower = candidate.to_lowercase();
            let begins = letters.len() >= 2 && lower.starts_with(&wanted);
            let edits = if begins { 0 } else { edits(&letters, &lower.chars().take(64).collect::<Vec<_>>()) };
            (edits <= allowed).then_some((edits, candidate))
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut best = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_beginnings_but_not_strangers() {
        let names = ["country", "company", "score", "stage", "due"];
        assert_eq!(nearest("contry", names), Some("country"));
        assert_eq!(nearest("socre", names), Some("score"));
        assert_eq!(nearest("comp", names), Some("company"));
        assert_eq!(nearest("deu", names), Some("due"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("", names), None);
    }
}
