//! Bytes from the terminal to events. A parser of our own, because it must swallow the terminal's late answers to our
//! questions instead of typing them, must see the end of the tty, and must work on any stream of bytes.

use super::key::{Code, Key};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    /// Text that was pasted, not typed: never read as keys.
    Paste(String),
    Focus(bool),
    /// The terminal's answer about its background: whether it is dark.
    Background {
        dark: bool,
    },
    /// The device attributes that fence our questions: whatever was not answered before is not known to the terminal.
    Fence,
}

/// A terminal's answer is never longer; a longer sequence is noise and is dropped.
const SEQUENCE_BYTES_MAX: usize = 256;
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Debug, Default)]
pub struct Parser {
    held: Vec<u8>,
    paste: Option<Vec<u8>>,
}

impl Parser {
    pub fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(Event)) {
        for byte in bytes {
            if let Some(paste) = &mut self.paste {
                paste.push(*byte);
                if paste.ends_with(PASTE_END) {
                    paste.truncate(paste.len() - PASTE_END.len());
                    let text = String::from_utf8_lossy(paste).replace("\r\n", "\n").replace('\r', "\n");
                    self.paste = None;
                    emit(Event::Paste(text));
                }
                continue;
            }
            self.held.push(*byte);
            match step(&self.held) {
                Step::More if self.held.len() < SEQUENCE_BYTES_MAX => {}
                Step::More | Step::Swallow => self.held.clear(),
                Step::PasteBegins => {
                    self.held.clear();
                    self.paste = Some(Vec::new());
                }
                Step::Event(event) => {
                    self.held.clear();
                    emit(event);
                }
                // The last byte begins something new.
                Step::Again => {
                    let byte = self.held.pop();
                    self.held.clear();
                    if let Some(byte) = byte {
                        self.feed(&[byte], &mut emit as &mut dyn FnMut(Event));
                    }
                }
            }
        }
    }

    /// How long the bytes held back may wait for the rest, in milliseconds; `None` when nothing is held. Escape alone
    /// is a key as well as the beginning of others, so only time tells.
    pub fn patience_ms(&self) -> Option<u64> {
        match self.held.len() {
            0 => None,
            1 | 2 => Some(40),
            _ => Some(1000),
        }
    }

    /// The time is over: what is held is a key, or noise.
    pub fn give_up(&mut self, mut emit: impl FnMut(Event)) {
        match *self.held.as_slice() {
            [0x1b] => emit(Event::Key(Key::plain(Code::Esc))),
            [0x1b, c] if c.is_ascii_graphic() => emit(Event::Key(Key { alt: true, ..Key::char(c as char) })),
            _ => {}
        }
        self.held.clear();
    }
}

enum Step {
    More,
    Swallow,
    Event(Event),
    PasteBegins,
    Again,
}

fn key(code: Code) -> Step {
    Step::Event(Event::Key(Key::plain(code)))
}

fn step(held: &[u8]) -> Step {
    match held {
        [0x1b] => Step::More,
        [0x1b, 0x1b] => key(Code::Esc),
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, b'O', rest @ ..] => function_key(rest),
        // OSC, DCS, APC, PM and SOS end with BEL or ST.
        [0x1b, b']' | b'P' | b'_' | b'^' | b'X', rest @ ..] => match rest {
            [body @ .., 0x07] | [body @ .., 0x1b, b'\\'] => answer(body),
            [.., 0x18 | 0x1a] => Step::Swallow,
            _ => Step::More,
        },
        [0x1b, rest @ ..] => match step(rest) {
            Step::Event(Event::Key(key)) => Step::Event(Event::Key(Key { alt: true, ..key })),
            other => other,
        },
        [first, ..] => plain(*first, held),
        [] => Step::More,
    }
}

fn plain(first: u8, held: &[u8]) -> Step {
    match first {
        b'\r' | b'\n' => key(Code::Enter),
        b'\t' => key(Code::Tab),
        0x7f | 0x08 => key(Code::Backspace),
        0 => Step::Event(Event::Key(Key::ctrl(' '))),
        1..=26 => Step::Event(Event::Key(Key::ctrl((first - 1 + b'a') as char))),
        28..=31 => Step::Event(Event::Key(Key::ctrl((first - 28 + b'4') as char))),
        _ => match std::str::from_utf8(held) {
            Ok(text) => text.chars().next().map_or(Step::More, |c| key(Code::Char(c))),
            Err(error) if error.error_len().is_none() && held.len() < 4 => Step::More,
            Err(_) if held.len() > 1 => Step::Again,
            Err(_) => Step::Swallow,
        },
    }
}

/// `ESC O x`, as the keypad and some function keys come.
fn function_key(rest: &[u8]) -> Step {
    match rest {
        [] => Step::More,
        [c @ b'P'..=b'S'] => key(Code::F(c - b'P' + 1)),
        [c] => arrow(*c).map_or(Step::Swallow, key),
        _ => Step::Swallow,
    }
}

const fn arrow(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        _ => return None,
    })
}

/// `ESC [ parameters final`.
fn control_sequence(rest: &[u8]) -> Step {
    let Some((last, body)) = rest.split_last() else { return Step::More };
    match last {
        0x40..=0x7e => {}
        0x20..=0x3f => return Step::More,
        _ => return Step::Again,
    }
    // `ESC [ [ A` is a function key of the Linux console; the bracket is no end there.
    if rest == b"[" {
        return Step::More;
    }
    if let [b'[', c @ b'A'..=b'E'] = rest {
        return key(Code::F(c - b'A' + 1));
    }
    let text = std::str::from_utf8(body).unwrap_or_default();
    if text.starts_with(['?', '>', '=']) {
        return if *last == b'c' { Step::Event(Event::Fence) } else { Step::Swallow };
    }
    let mut parameters = text.split(';').map(|part| part.split(':').next().unwrap_or_default().parse::<u32>().unwrap_or(0));
    let first = parameters.next().unwrap_or(0);
    let second = parameters.next().unwrap_or(0);
    let code = match last {
        b'I' | b'O' if body.is_empty() => return Step::Event(Event::Focus(*last == b'I')),
        b'Z' => return Step::Event(Event::Key(Key { shift: true, ..Key::plain(Code::Tab) })),
        b'u' => unicode_key(first),
        b'~' if first == 200 => return Step::PasteBegins,
        b'~' => numbered_key(first),
        // The same letter ends a cursor report (`row;column R`), which nobody typed.
        b'P'..=b'S' if first > 1 || second > 16 => None,
        other => arrow(*other),
    };
    code.map_or(Step::Swallow, |code| Step::Event(Event::Key(modified(code, second))))
}

fn numbered_key(number: u32) -> Option<Code> {
    let number = u8::try_from(number).ok()?;
    Some(match number {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(number - 10),
        17..=21 => Code::F(number - 11),
        23 | 24 => Code::F(number - 12),
        _ => return None,
    })
}

/// A key that some terminals send as its number (`CSI u`).
fn unicode_key(number: u32) -> Option<Code> {
    Some(match number {
        13 => Code::Enter,
        9 => Code::Tab,
        27 => Code::Esc,
        127 => Code::Backspace,
        _ => Code::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    })
}

/// Modifiers are sent as 1 + Shift 1 + Alt 2 + Ctrl 4.
fn modified(code: Code, parameter: u32) -> Key {
    let bits = parameter.saturating_sub(1);
    let shift = bits & 1 != 0;
    let code = match code {
        Code::Char(c) if shift => Code::Char(c.to_ascii_uppercase()),
        other => other,
    };
    Key { code, shift: shift && !matches!(code, Code::Char(_)), alt: bits & 2 != 0, ctrl: bits & 4 != 0 }
}

/// The answer to "what is your background": `11;rgb:1e1e/1e1e/1e1e`. Any other answer is swallowed.
fn answer(body: &[u8]) -> Step {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let Some(color) = text.strip_prefix("11;rgb:").or_else(|| text.strip_prefix("11;rgba:")) else { return Step::Swallow };
    let parts: Vec<f64> = color
        .split('/')
        .take(3)
        .filter_map(|part| Some(f64::from(u32::from_str_radix(part, 16).ok()?) / (16_f64.powi(i32::try_from(part.len()).ok()?) - 1.0)))
        .collect();
    let [red, green, blue] = parts[..] else { return Step::Swallow };
    Step::Event(Event::Background { dark: 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when the bytes arrive in pieces of `size`.
    fn events(bytes: &[u8], size: usize) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut all = Vec::new();
        for piece in bytes.chunks(size) {
            parser.feed(piece, |event| all.push(event));
        }
        parser.give_up(|event| all.push(event));
        all
    }

    fn typed(bytes: &[u8]) -> String {
        let whole = events(bytes, usize::MAX);
        assert_eq!(whole, events(bytes, 1), "the same whatever the pieces");
        whole
            .iter()
            .map(|event| match event {
                Event::Key(key) => key.to_string(),
                other => format!("{other:?}"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn keys_are_read_as_terminals_send_them() {
        assert_eq!(typed(b"jG \r\t\x7f\x01\x1a"), "j G space enter tab backspace C-a C-z");
        assert_eq!(
            typed(b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z\x1b[5~\x1b[3~\x1b[15~\x1b[24~\x1bOP"),
            "up down C-right S-tab pageup delete f5 f12 f1"
        );
        assert_eq!(typed("üß漢🦀".as_bytes()), "ü ß 漢 🦀");
        assert_eq!(typed(b"\x1bx\x1b"), "A-x esc");
        assert_eq!(typed(b"\x1b[106;5u"), "C-j");
        assert_eq!(typed(b"\x00"), "C-space");
    }

    #[test]
    fn pasted_text_is_never_keys() {
        assert_eq!(events(b"\x1b[200~q\rx\x1b[A\x1b[201~j", 1), [Event::Paste("q\nx\u{1b}[A".to_owned()), Event::Key(Key::char('j'))]);
    }

    #[test]
    fn late_answers_are_swallowed_or_understood_but_never_typed() {
        let answers = b"\x1b]11;rgb:ffff/ffff/f0f0\x07\x1b[?62;22c\x1b]10;rgb:00/00/00\x1b\\\x1bP1$r0m\x1b\\\x1b[?2026;2$y\x1b[12;40R";
        assert_eq!(events(answers, 3), [Event::Background { dark: false }, Event::Fence]);
        assert_eq!(events(b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", 1), [Event::Background { dark: true }]);
    }

    #[test]
    fn noise_is_dropped_and_the_next_key_is_read() {
        assert_eq!(typed(b"\xffj"), "j");
        assert_eq!(typed(b"\xc3jk"), "j k");
        let mut endless = b"\x1b]0;".to_vec();
        endless.extend(std::iter::repeat_n(b'x', SEQUENCE_BYTES_MAX - 4));
        endless.extend(b"j");
        assert_eq!(typed(&endless), "j");
    }
}
