//! A key as the keymap knows it, and its one spelling: `j`, `C-d`, `A-x`, `S-tab`, `space`, `f5`.

use std::{fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A character with Shift already applied: `G`, not Shift and `g`.
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    /// Only with keys that print nothing, as in `S-tab`.
    pub shift: bool,
}

impl Key {
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The character that this key would type, if any.
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// Reads a sequence such as `g g` or `C-x C-s`.
    pub fn sequence(text: &str) -> Result<Vec<Self>, String> {
        let keys = text.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err("an empty key; write a space as `space`".to_owned()) } else { Ok(keys) }
    }

    /// Whether every terminal sends this key as itself: Alt may be eaten, C-m is Enter, C-i is Tab, C-[ is Esc.
    pub const fn is_everywhere(self) -> bool {
        !(self.alt || self.ctrl && matches!(self.code, Code::Char('m' | 'i' | '[') | Code::Enter | Code::Tab))
    }
}

const NAMED: &[(&str, Code)] = &[
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = text;
        while let (Some(modifier), Some("-")) = (rest.get(..1), rest.get(1..2)) {
            if rest.len() == 2 {
                break;
            }
            match modifier {
                "C" => key.ctrl = true,
                "A" => key.alt = true,
                "S" => key.shift = true,
                _ => return Err(format!("`{text}`: `{modifier}-` is not a modifier; they are C- (Ctrl), A- (Alt) and S- (Shift)")),
            }
            rest = &rest[2..];
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() => Code::Char(c),
            _ => {
                let name = rest.to_ascii_lowercase();
                let function = name.strip_prefix('f').and_then(|n| n.parse().ok()).filter(|n| (1..=24).contains(n)).map(Code::F);
                let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
                named
                    .or(function)
                    .ok_or_else(|| format!("`{text}` is not a key; write j, C-d, A-x, S-tab, space, enter, esc, up, f5 ..."))?
            }
        };
        if key.shift && matches!(key.code, Code::Char(_)) {
            return Err(format!("`{text}`: write the character that Shift gives (`G`, not `S-g`)"));
        }
        if key.ctrl
            && let Code::Char(c) = key.code
        {
            key.code = Code::Char(c.to_ascii_lowercase());
        }
        Ok(key)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = [(self.ctrl, "C-"), (self.alt, "A-"), (self.shift, "S-")];
        let prefix: String = modifiers.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        let name = NAMED.iter().find(|(_, code)| *code == self.code).map(|(name, _)| (*name).to_owned());
        let code = match (name, self.code) {
            (Some(name), _) => name,
            (None, Code::Char(c)) => c.to_string(),
            (None, Code::F(n)) => format!("f{n}"),
            (None, other) => format!("{other:?}"),
        };
        f.pad(&format!("{prefix}{code}"))
    }
}

/// The spelling of a whole sequence. Plain characters stand together (`gg`), others apart (`C-x C-s`).
pub fn spell(keys: &[Key]) -> String {
    let tight = keys.iter().all(|key| key.typed().is_some_and(|c| c != ' '));
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(if tight { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in ["j", "G", "C-d", "A-x", "S-tab", "space", "f12", "-", "C--", "esc", "C-space", "!", "ü"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        for text in ["", "S-g", "X-a", "f99", "hello"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
        assert_eq!("C-D".parse::<Key>(), "C-d".parse());
    }
}
