//! Small charts made of text: a sparkline, a bar and a progress bar. Each is a string, so that a view can place it anywhere.

const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One character a value, scaled to the largest; nothing at all is a space.
pub fn sparkline(values: &[u64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let step = |value: u64| usize::try_from((value * 8).div_ceil(most)).unwrap_or(8).clamp(1, 8);
    values.iter().map(|value| if *value == 0 { ' ' } else { EIGHTHS[step(*value) - 1] }).collect()
}

/// The same of values of which some are not known, and zero is a value: a dot stands for what is not known.
pub fn trend(values: &[Option<f64>]) -> String {
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    let step = |value: f64| if most > 0.0 { eighths((value / most).clamp(0.0, 1.0), 1).clamp(1, 8) } else { 1 };
    values.iter().map(|value| value.map_or('·', |value| EIGHTHS[step(value) - 1])).collect()
}

/// A bar of `width` columns, filled by `share` (0 to 1) in eighths of a column.
pub fn bar(share: f64, width: u16) -> String {
    const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = eighths(share, width);
    let (whole, part) = (eighths / 8, eighths % 8);
    let mut out = "█".repeat(whole);
    if part > 0 {
        out.push(PARTS[part - 1]);
    }
    let drawn = whole + usize::from(part > 0);
    out.push_str(&" ".repeat(usize::from(width) - drawn));
    out
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the share lies between 0 and 1")]
fn eighths(share: f64, width: u16) -> usize {
    (share * f64::from(width) * 8.0).round() as usize
}

/// `████▌     45 %  4,500 of 10,000`.
pub fn progress(done: u64, total: u64, width: u16) -> String {
    let percent = (done.min(total) * 100).checked_div(total).unwrap_or(100);
    let share = if total == 0 { 1.0 } else { done as f64 / total as f64 };
    format!("{} {percent:>3} %  {} of {}", bar(share, width), grouped(done), grouped(total))
}

/// A number with its thousands apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_as_wide_as_asked() {
        assert_eq!(sparkline(&[0, 1, 4, 8]), " ▁▄█");
        assert_eq!(trend(&[None, Some(0.0), Some(1.0), Some(2.0), Some(-3.0)]), "·▁▄█▁");
        assert_eq!(trend(&[Some(0.0), None]), "▁·");
        assert_eq!(bar(0.5, 4), "██  ");
        assert_eq!(bar(0.3, 4), "█▎  ");
        assert_eq!([bar(f64::NAN, 2), bar(-1.0, 2), bar(7.0, 2)], ["  ", "  ", "██"]);
        assert_eq!(progress(4_500, 10_000, 4), "█▊    45 %  4,500 of 10,000");
        assert_eq!(progress(0, 0, 2), "██ 100 %  0 of 0");
    }
}
