//! Normalised words: what text search, filters and codes compare, so that "Müller" is found by `muller`.

/// Every word of `text`, transliterated to ASCII, in lower case, letters and digits only, each preceded by a space:
/// `"Müller & Söhne"` gives `" muller sohne"`. The same words stand in the databases' search columns, so a word matches
/// by prefix with `contains(" mul")`, and nothing in it ever needs escaping in an SQL `like`.
///
/// Applying it to its own result changes nothing.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    words_into(&mut out, text);
    out
}

/// Appends the words of `text` to `out`; a search column is several texts appended one after the other.
pub fn words_into(out: &mut String, text: &str) {
    let mut inside = false;
    for c in text.chars() {
        if c.is_ascii() {
            inside = push(out, inside, c);
        } else {
            // A character without any transliteration is a gap between words, like punctuation.
            let ascii = any_ascii::any_ascii_char(c);
            if ascii.is_empty() && !is_joined(c) {
                inside = false;
            }
            for c in ascii.chars() {
                inside = push(out, inside, c);
            }
        }
    }
}

/// A code made from a name that people write in many ways: `"Partner Referral"` and `partner_referral` are both
/// `partner-referral`. Empty when `text` has no letter or digit.
pub fn slug(text: &str) -> String {
    words(text).trim_start().replace(' ', "-")
}

/// What two spellings of one name have in common when even their spaces differ: `"GTX Pro"` and `GTXPro` are both `gtxpro`.
pub fn squeezed(text: &str) -> String {
    let mut words = words(text);
    words.retain(|c| c != ' ');
    words
}

fn push(out: &mut String, inside: bool, c: char) -> bool {
    if !c.is_ascii_alphanumeric() {
        return false;
    }
    if !inside {
        out.push(' ');
    }
    out.push(c.to_ascii_lowercase());
    true
}

/// Combining marks and variation selectors belong to the letter before them; they never end a word.
fn is_joined(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_every_word_after_a_space() {
        assert_eq!(words("Müller & Söhne GmbH"), " muller sohne gmbh");
        assert_eq!(words("  O’Brien—Łódź  "), " o brien lodz");
        assert_eq!(words("Mu\u{308}ller"), " muller", "a decomposed letter reads like the composed one");
        assert_eq!(words("北京"), " beijing");
        assert_eq!(words("--- ***"), "");
        assert_eq!(slug("Partner_Referral "), "partner-referral");
        assert_eq!((squeezed("GTX-Pro "), squeezed("GTXPro")), ("gtxpro".into(), "gtxpro".into()));
    }

    proptest! {
        #[test]
        fn repeating_changes_nothing(text in "\\PC{0,60}") {
            let once = words(&text);
            prop_assert_eq!(words(&once), once.clone());
            prop_assert!(once.chars().all(|c| c == ' ' || c.is_ascii_lowercase() || c.is_ascii_digit()));
            prop_assert!(!once.contains("  ") && !once.ends_with(' '));
        }
    }
}
