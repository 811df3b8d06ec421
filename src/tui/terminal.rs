//! The terminal: taken over, painted and given back on every way out. Our own reader on the tty, so that a closed
//! terminal is seen at once and an editor gets every key while it runs.

use super::{
    input::{Event, Parser},
    notify::Notify,
    paint::Painter,
};
use ratatui::{buffer::Buffer, layout::Position};
use rustix::{
    fs::OFlags,
    process::{Signal, getpid, kill_process},
    termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr},
};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    sync::Mutex,
};
use tokio::net::unix::pipe::Receiver;

/// Alternate screen, bracketed paste, focus events, no automatic wrap, no cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?7l\x1b[?25l";
/// All of it back, and whatever a half-written frame left behind.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[r\x1b[0m\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";
/// What is your background? Fenced by a question that every terminal answers.
const QUESTIONS: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Terminals and multiplexers drop longer clipboard texts.
const CLIPBOARD_BYTES_MAX: usize = 70_000;

/// What the terminal was like before us; taken by whoever gives it back first.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// Gives the terminal back. Does nothing when it is not ours; safe from a panic hook and more than once.
pub fn restore() {
    let before = match BEFORE.lock() {
        Ok(mut before) => before.take(),
        Err(poisoned) => poisoned.into_inner().take(),
    };
    if let Some((mut tty, termios)) = before {
        let _ = tty.write_all(LEAVE);
        // Flushing drops answers to our questions that would otherwise be typed into the shell.
        let _ = tcsetattr(&tty, OptionalActions::Flush, &termios);
    }
}

/// Makes a panic of this thread give the terminal back before it is reported. One of another thread ends only that
/// thread's work: the screen goes on, the log gets it, and `elsewhere` tells the person.
pub fn restore_on_panic(elsewhere: impl Fn(String) + Send + Sync + 'static) {
    let screen = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let ours = BEFORE.lock().is_ok_and(|before| before.is_some());
        if ours && std::thread::current().id() != screen {
            tracing::error!("{panic}");
            elsewhere(panic.to_string());
            return;
        }
        restore();
        report(panic);
    }));
}

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    Events(Vec<Event>),
    /// The terminal is gone: its window was closed or the connection broke.
    Closed,
}

pub struct Terminal {
    path: PathBuf,
    out: File,
    /// tokio waits on a tty as it does on a pipe.
    input: Option<Receiver>,
    parser: Parser,
    painter: Painter,
    /// Frames are counted for the tests of an idle screen.
    pub frames: u64,
}

impl Terminal {
    /// Takes the terminal over. Fails with a clear sentence where there is none.
    pub fn open() -> io::Result<Self> {
        // The tty's own name rather than /dev/tty, because not every system can wait on /dev/tty.
        let path = rustix::termios::ttyname(io::stdin(), Vec::new()).ok().and_then(|name| name.into_string().ok());
        let path = PathBuf::from(path.unwrap_or_else(|| "/dev/tty".to_owned()));
        let out = OpenOptions::new().read(true).write(true).open(&path).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("the console needs a terminal, and there is none ({error}); `pilothouse print` writes a screen as text"),
            )
        })?;
        let mut terminal = Self { path, out, input: None, parser: Parser::default(), painter: Painter::new(), frames: 0 };
        terminal.enter()?;
        Ok(terminal)
    }

    fn enter(&mut self) -> io::Result<()> {
        let before = tcgetattr(&self.out)?;
        let mut raw = before.clone();
        raw.make_raw();
        if let Ok(mut saved) = BEFORE.lock() {
            *saved = Some((self.out.try_clone()?, before));
        }
        tcsetattr(&self.out, OptionalActions::Now, &raw)?;
        self.out.write_all(ENTER)?;
        self.painter.forget();
        // A description of our own: waiting on it must not make the shell's stdin non-blocking.
        let tty = OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(&self.path)?;
        self.input = Some(Receiver::from_file_unchecked(tty)?);
        Ok(())
    }

    fn leave(&mut self) {
        self.input = None;
        self.parser = Parser::default();
        restore();
    }

    /// Columns and rows; a terminal that does not say is taken for 80 x 24.
    pub fn size(&self) -> (u16, u16) {
        match tcgetwinsize(&self.out) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => (80, 24),
        }
    }

    /// Asks what the terminal is like; the answers come as events, late or never.
    pub fn question(&mut self) -> io::Result<()> {
        self.out.write_all(QUESTIONS)
    }

    /// Waits for something typed. Safe to drop at any time.
    pub async fn read(&mut self) -> Arrived {
        loop {
            let Some(input) = &self.input else { return std::future::pending().await };
            let ready = match self.parser.patience_ms() {
                None => input.readable().await,
                Some(patience) => {
                    let Ok(ready) = tokio::time::timeout(std::time::Duration::from_millis(patience), input.readable()).await else {
                        let mut events = Vec::new();
                        self.parser.give_up(|event| events.push(event));
                        return Arrived::Events(events);
                    };
                    ready
                }
            };
            if ready.is_err() {
                return Arrived::Closed;
            }
            let mut bytes = [0; 4096];
            match input.try_read(&mut bytes) {
                // The end of a tty is the end of the session; reading on would spin.
                Ok(0) => return Arrived::Closed,
                Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                Err(_) => return Arrived::Closed,
                Ok(count) => {
                    let mut events = Vec::new();
                    self.parser.feed(&bytes[..count], |event| events.push(event));
                    if !events.is_empty() {
                        return Arrived::Events(events);
                    }
                }
            }
        }
    }

    /// Forgets keys that were typed and not yet read; other events are kept.
    pub fn drop_typed(&mut self) -> Vec<Event> {
        let mut kept = Vec::new();
        let mut bytes = [0; 4096];
        while let Some(input) = &self.input {
            match input.try_read(&mut bytes) {
                Ok(count) if count > 0 => self.parser.feed(&bytes[..count], |event| kept.push(event)),
                _ => break,
            }
        }
        kept.retain(|event| !matches!(event, Event::Key(_) | Event::Paste(_)));
        kept
    }

    /// Shows a frame: one write, and none when nothing changed or the terminal is not ours now.
    pub fn paint(&mut self, frame: &Buffer, cursor: Option<Position>) -> io::Result<()> {
        if self.input.is_none() {
            return Ok(());
        }
        let bytes = self.painter.paint(frame, cursor);
        if bytes.is_empty() {
            return Ok(());
        }
        self.frames += 1;
        self.out.write_all(&bytes)
    }

    /// The next frame is painted whole.
    pub const fn forget(&mut self) {
        self.painter.forget();
    }

    /// Puts text on the clipboard of the person's own machine, through SSH and tmux.
    pub fn copy(&mut self, text: &str, in_tmux: bool) -> io::Result<()> {
        let encoded = base64(text.as_bytes());
        if encoded.len() > CLIPBOARD_BYTES_MAX {
            return Err(io::Error::other("it is too long for the terminal's clipboard"));
        }
        let sequence = format!("\x1b]52;c;{encoded}\x07");
        // tmux passes it on only when it is wrapped, with each escape doubled; newer ones take it plain as well.
        let wrapped = if in_tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { String::new() };
        self.out.write_all(format!("{wrapped}{sequence}").as_bytes())
    }

    /// Calls the person, who may look elsewhere.
    pub fn notify(&mut self, how: Notify, text: &str, in_tmux: bool) -> io::Result<()> {
        self.out.write_all(&how.bytes(text, in_tmux))
    }

    /// Stops the program as C-z does. The stop takes effect a moment later, so the terminal stays given back until
    /// [`Terminal::resume`], which the signal to continue brings about.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.leave();
        kill_process(getpid(), Signal::STOP)?;
        Ok(())
    }

    /// Continued: takes the terminal, or takes it anew after a stop that could not be caught, because whoever had it
    /// meanwhile changed it.
    pub fn resume(&mut self) -> io::Result<()> {
        let saved = match BEFORE.lock() {
            Ok(mut saved) => saved.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        self.enter()?;
        // What the terminal was like before us is what it was like at the start, not what we made of it.
        if let (Some(saved), Ok(mut before)) = (saved, BEFORE.lock()) {
            *before = Some(saved);
        }
        Ok(())
    }

    /// Hands the terminal to `outside` (an editor) and takes it back.
    pub async fn lend<T>(&mut self, outside: impl Future<Output = T>) -> io::Result<T> {
        self.leave();
        let result = outside.await;
        self.enter()?;
        Ok(result)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Base64 with padding, as OSC 52 wants it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_usize, |group, byte| group << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[group >> (18 - 6 * place) & 63] as char;
            out.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_the_standard_one() {
        let coded = ["", "f", "fo", "foo", "foobar"].map(|text| super::base64(text.as_bytes()));
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
