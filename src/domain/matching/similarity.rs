//! How alike two words are, in basis points, by integer arithmetic only: the same on every machine.

/// Longer words are compared for equality only.
const LENGTH_MAX: usize = 40;

/// Likeness of two different words that may be typos or abbreviations of one another; 0 where they are not.
pub fn word_similarity(a: &str, b: &str) -> u32 {
    if a == b {
        return 10_000;
    }
    let (short, long) = if (a.len(), a) <= (b.len(), b) { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    if long.len() > LENGTH_MAX || short.len() < 3 || has_digit(short) || has_digit(long) {
        return 0;
    }
    typo(short, long).max(abbreviation(short, long))
}

fn has_digit(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_digit)
}

/// A few edits in a long word are a typo, in a short one another word.
fn typo(short: &[u8], long: &[u8]) -> u32 {
    let allowed = match long.len() {
        0..=4 => return 0,
        5..=7 => 1,
        8..=11 => 2,
        _ => 3,
    };
    if long.len() - short.len() > allowed {
        return 0;
    }
    let edits = edits(short, long, allowed);
    if edits > allowed {
        return 0;
    }
    let lost = u32::try_from(edits * 8_000 / long.len()).unwrap_or(10_000);
    // People seldom mistype the first letter; two words that differ there are more often two words.
    let first = if short[0] == long[0] { 0 } else { 800 };
    10_000_u32.saturating_sub(lost + first)
}

/// `elec` for `electric`, `mfg` for `manufacturing`: the beginning, or first and last letters with others between in order.
fn abbreviation(short: &[u8], long: &[u8]) -> u32 {
    if short[0] != long[0] || long.len() < short.len() + 2 {
        return 0;
    }
    if long.starts_with(short) {
        return if short.len() >= 4 { 8_500 } else { 7_500 };
    }
    let mut rest = short.iter().peekable();
    for byte in long {
        if rest.peek() == Some(&byte) {
            rest.next();
        }
    }
    let vowels = short[1..].iter().filter(|byte| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')).count();
    if rest.peek().is_none() && vowels == 0 && short.last() == long.last() { 7_500 } else { 0 }
}

/// Optimal string alignment distance (insert, delete, replace, swap neighbours); gives up above `limit`.
pub fn edits(a: &[u8], b: &[u8], limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit || a.len() > LENGTH_MAX || b.len() > LENGTH_MAX {
        return limit + 1;
    }
    let mut two_back = [0_usize; LENGTH_MAX + 1];
    let mut back = [0_usize; LENGTH_MAX + 1];
    let mut row = [0_usize; LENGTH_MAX + 1];
    for (j, cell) in back.iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        row[0] = i;
        let mut best = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut cell = (back[j] + 1).min(row[j - 1] + 1).min(back[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(two_back[j - 2] + 1);
            }
            row[j] = cell;
            best = best.min(cell);
        }
        if best > limit {
            return limit + 1;
        }
        (two_back, back, row) = (back, row, two_back);
    }
    back[b.len()]
}
